import { checkText } from '../check.js';
import { DisposedError, InvalidArgumentError, NotFoundError, ReadOnlyError } from '../errors.js';
import { briskly } from '../health/pace.js';
import type { HealingAction, HealthEvent, HealthSample } from '../health/shape.js';
import type {
  BackupReport,
  ImplementationInfo,
  ImportOptions,
  IPatternStore,
  ListOptions,
  PatternSearchOptions,
  PatternSearchResult,
  ReportedSearch,
  PatternStoreStats,
  RecoveredChanges,
  RefreshReport,
  StoredPattern,
  StoreHealth,
  TestPattern,
  WorkOptions,
} from '../interface.js';
import type { StorageDriver, StorageLock } from '../storage/driver.js';
import type { Store } from '../store.js';
import type { Filter, RebuildKind, Vector, Verdict } from '../types.js';
import { backUp, type Copy } from './backup.js';
import { careFor, type Care, type CareSettings } from './care.js';
import { toEntry, toStoredPattern } from './convert.js';
import { disposeAsync } from './dispose.js';
import type { Follower } from './follower.js';
import { freezeInTurn, type StoreTurns } from './frozen.js';
import { durabilityOf, pendingOf } from './health.js';
import { importInBatches } from './import.js';
import { LatencyRecorder } from './latency.js';
import { checkAll, rebuild, storeAll } from './long_work.js';
import type { Persister } from './persister.js';
import { idsOf, readSlots } from './read.js';
import { splitOptions, withMmr } from './search_options.js';
import { Turns } from './turns.js';

/** What a store is made of. */
export interface Parts extends StoreTurns {
  store: Store;
  info: ImplementationInfo;
  persister: Persister | undefined;
  /** What the store is read by, when it is only read. */
  follower: Follower | undefined;
  /** What keeps other writers out, where storage has something. */
  lock: StorageLock | undefined;
  recovered: RecoveredChanges;
  enableMetrics: boolean;
  care: CareSettings;
}

/** The store in this thread. Searching never waits; changes are made one after another. */
export class LocalPatternStore implements IPatternStore {
  declare [Symbol.asyncDispose]: () => Promise<void>;

  readonly #parts: Parts;
  readonly #latency: LatencyRecorder | undefined;
  readonly #care: Care;
  /** One index is rebuilt at a time; changes go on meanwhile. */
  readonly #rebuilds = new Turns();
  #ended: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#latency = parts.enableMetrics ? new LatencyRecorder() : undefined;
    this.#care = careFor(parts, this.#rebuilds);
  }

  async initialize(): Promise<void> {
    this.#store();
  }

  async storePattern(pattern: TestPattern): Promise<void> {
    this.#checkWritable();
    const { record, embedding } = toEntry(pattern, 'pattern', this.#parts.turns.isFree);
    await this.#change(1, (store) => {
      const started = performance.now();
      store.upsert(record, embedding);
      this.#care.watch?.inserted(performance.now() - started);
    });
  }

  async storeBatch(patterns: readonly TestPattern[], options: WorkOptions = {}): Promise<void> {
    this.#checkWritable();
    if (!Array.isArray(patterns)) throw new InvalidArgumentError('patterns must be an array');
    const entries = patterns.map((pattern, i) => toEntry(pattern as TestPattern, `patterns[${i}]`));
    if (entries.length === 0) return;
    checkAll(this.#parts.store, entries);
    await this.#change(entries.length, (store) => storeAll(store, entries, options));
  }

  async importPatterns(
    patterns: Iterable<TestPattern> | AsyncIterable<TestPattern>,
    options: ImportOptions = {},
  ): Promise<number> {
    this.#checkWritable();
    return importInBatches(this, patterns, options);
  }

  async searchSimilar(
    query: Vector,
    options?: PatternSearchOptions,
  ): Promise<PatternSearchResult[]> {
    return this.#search(query, options).results;
  }

  async searchWithReport(query: Vector, options?: PatternSearchOptions): Promise<ReportedSearch> {
    return this.#search(query, options);
  }

  async searchWithMMR(
    query: Vector,
    options: PatternSearchOptions = {},
  ): Promise<PatternSearchResult[]> {
    return this.#search(query, withMmr(options)).results;
  }

  #search(query: Vector, options: PatternSearchOptions = {}): ReportedSearch {
    const store = this.#store();
    const started = performance.now();
    const { engine, withContent, withEmbedding } = splitOptions(options);
    const { steering, watch } = this.#care;
    const asked = steering.applied(engine);
    const result = store.searchSlots(query, asked);
    const { slots, scores, report } = result;
    const results = readSlots(store, slots, withEmbedding, withContent).map((pattern, i) => ({
      pattern,
      score: scores[i] as number,
    }));
    if (watch === undefined) return { results, report };
    const ms = performance.now() - started;
    this.#latency?.record(ms);
    const isOwnEf = engine.ef !== undefined;
    watch.searched(ms, store, query, steering.keptBy(asked), asked, result, isOwnEf);
    if (!isOwnEf) steering.searched(ms);
    this.#care.caretaker.used();
    return { results, report };
  }

  async getPattern(id: string): Promise<StoredPattern | null> {
    const store = this.#store();
    const record = store.get(id);
    return record === undefined ? null : toStoredPattern(record, store.embedding(id));
  }

  async deletePattern(id: string): Promise<boolean> {
    this.#checkWritable();
    checkText(id, 'id');
    return this.#change(1, (store) => store.remove(id));
  }

  async recordUsage(id: string, outcome?: Verdict): Promise<void> {
    this.#checkWritable();
    checkText(id, 'id');
    const record = (store: Store): void => {
      if (!store.recordUsage(id, outcome, Date.now()))
        throw new NotFoundError(`there is no pattern ${JSON.stringify(id)} to record a use of`);
    };
    await this.#change(1, record, false);
  }

  async count(filter: Filter = {}): Promise<number> {
    return this.#store().count(filter);
  }

  async *patterns({ withEmbedding = false, signal, ...filter }: ListOptions = {}): AsyncGenerator<
    StoredPattern,
    void,
    undefined
  > {
    for (const id of idsOf(this.#store(), filter)) {
      signal?.throwIfAborted();
      const store = this.#store();
      const record = store.get(id);
      if (record !== undefined)
        yield toStoredPattern(record, withEmbedding ? store.embedding(id) : undefined);
    }
  }

  async buildIndex(options: WorkOptions = {}): Promise<void> {
    this.#checkWritable();
    await this.#rebuild('relink', options);
  }

  async optimize(options: WorkOptions = {}): Promise<void> {
    this.#checkWritable();
    const { count, slots } = this.#store().stats();
    if (slots > count) await this.#rebuild('compact', options);
    const { persister } = this.#parts;
    if (slots > count) await persister?.compact();
    else await this.flush();
  }

  async getStats(): Promise<PatternStoreStats> {
    const store = this.#store();
    const { dimension, metric, precision } = store.options;
    const { count, slots, sequence, maxLevel, graphBytes, codeBytes, recordBytes } = store.stats();
    return {
      ...{ count, slots, dimension, metric, precision, sequence },
      implementation: this.#parts.info.type,
      indexType: maxLevel < 0 ? 'flat' : 'hnsw',
      memoryUsage: graphBytes + codeBytes + recordBytes,
      generation: this.#generation,
      ...pendingOf(this.#parts.persister),
      recovered: { ...this.#parts.recovered },
      ...(this.#latency?.figures() ?? { searches: 0 }),
    };
  }

  async health(): Promise<StoreHealth> {
    this.#store();
    const { durability } = durabilityOf(this.#parts);
    const writer = this.#parts.persister !== undefined;
    return { ...this.#care.caretaker.health(), durability, writer };
  }

  async healthHistory(): Promise<HealthSample[]> {
    this.#store();
    return this.#care.samples();
  }

  async healingActions(): Promise<HealingAction[]> {
    this.#store();
    return this.#care.actions();
  }

  async heal(options: WorkOptions = {}): Promise<HealingAction[]> {
    this.#checkWritable();
    return this.#care.caretaker.heal(options);
  }

  onHealth(listener: (event: HealthEvent) => void): () => void {
    this.#store();
    return this.#care.caretaker.onHealth(listener);
  }

  async clear(): Promise<void> {
    this.#checkWritable();
    await this.#change(1, (store) => {
      store.clear();
      this.#care.caretaker.cleared();
    });
  }

  async flush(): Promise<void> {
    this.#store();
    await this.#parts.persister?.flush();
    await this.#care.caretaker.save();
  }

  async refresh(): Promise<RefreshReport> {
    this.#store();
    const { turns, snapshots, follower } = this.#parts;
    const refresh = async (): Promise<RefreshReport> => {
      const { sequence } = this.#store().stats();
      if (follower === undefined)
        return { changes: 0, sequence, generation: this.#generation, reopened: false };
      const report = await follower.refresh();
      this.#parts.store = follower.store;
      if (report.reopened) this.#care.caretaker.renewed();
      if (report.changes !== 0) this.#care.watch?.dropWaiting();
      return report;
    };
    // The store may be another one afterwards, so that no copy of it may be under way.
    return follower === undefined ? refresh() : snapshots.take(() => turns.take(refresh));
  }

  async backup(
    destination: string | StorageDriver,
    options: WorkOptions = {},
  ): Promise<BackupReport> {
    this.#store();
    const take = (): Promise<Copy> =>
      freezeInTurn(
        this.#parts,
        () => this.#store(),
        (store) => {
          const { count, sequence } = store.stats();
          return { count, sequence };
        },
      );
    return backUp(take, destination, options);
  }

  async snapshot(): Promise<Uint8Array> {
    this.#store();
    return this.#parts.turns.take(() => this.#parts.store.save());
  }

  shutdown(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  getImplementationInfo(): ImplementationInfo {
    return structuredClone(this.#parts.info);
  }

  /**
   * Makes so many changes in their turn; resolves when they are as durable as was asked for. `work` says
   * false when there was nothing to change.
   */
  #change<T>(
    changes: number,
    work: (store: Store) => T | Promise<T>,
    isOfGraph = true,
  ): T | Promise<T> {
    const { store, turns, persister } = this.#parts;
    const { caretaker } = this.#care;
    const made = turns.take(() => {
      persister?.checkWritable();
      const result = work(store);
      return result instanceof Promise ? result.then(note) : note(result);
    });
    return made instanceof Promise ? made.then(settle) : settle(made);

    function note(result: T): T {
      if (result === false) return result;
      persister?.note(changes);
      caretaker.changed(changes, isOfGraph);
      return result;
    }

    // Without a promise of its own for each of those who wait for the same write.
    function settle(result: T): T | Promise<T> {
      const settled = result === false ? undefined : persister?.settle();
      if (settled === undefined) return result;
      return result === undefined ? (settled as Promise<T>) : settled.then(() => result);
    }
  }

  async #end(): Promise<void> {
    const { turns, snapshots, persister, follower, lock } = this.#parts;
    try {
      try {
        await this.#care.caretaker.stop();
        await this.#rebuilds.take(() => undefined);
        await turns.take(() => undefined);
        await snapshots.take(() => undefined);
        await persister?.flush();
        await this.#care.caretaker.save();
      } finally {
        await persister?.close();
      }
      await follower?.close();
    } finally {
      this.#parts.store.dispose();
      await lock?.release();
    }
  }

  async #rebuild(kind: RebuildKind, { signal, onProgress }: WorkOptions): Promise<void> {
    const pace = briskly(this.#parts.info.type, signal);
    await this.#rebuilds.take(() => rebuild(this.#parts.store, kind, pace, onProgress));
    this.#care.caretaker.renewed();
  }

  get #generation(): number {
    const { persister, follower } = this.#parts;
    return (persister ?? follower)?.generation ?? 0;
  }

  #checkWritable(): void {
    this.#store();
    if (this.#parts.follower !== undefined)
      throw new ReadOnlyError('the store was opened with readOnly: true, and cannot be changed');
    this.#parts.persister?.checkWritable();
  }

  #store(): Store {
    if (this.#ended !== undefined) throw new DisposedError('the store was shut down');
    return this.#parts.store;
  }
}

disposeAsync(LocalPatternStore);
