import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { HealingAction, HealthEvent } from '../health/shape.js';
import type { PatternStoreConfig } from '../config/shape.js';
import type {
  BackupReport,
  ImplementationInfo,
  IPatternStore,
  ListOptions,
  StoredPattern,
  TestPattern,
} from '../interface.js';
import { fromSnapshot, openPatternStore } from '../open.js';
import { withWork, type SentWork } from './work.js';

const PAGE = 256;

/** The methods that cross as they are. */
const PLAIN_METHODS = [
  ...(['initialize', 'storePattern', 'getPattern'] as const),
  ...(['searchSimilar', 'searchWithReport', 'searchWithMMR'] as const),
  ...(['deletePattern', 'recordUsage', 'count', 'getStats', 'health', 'clear', 'flush'] as const),
  ...(['refresh', 'snapshot', 'shutdown', 'healthHistory', 'healingActions'] as const),
];
export type PlainMethod = (typeof PLAIN_METHODS)[number];

/** What a page may ask the worker for. */
export const HOST_METHODS: ReadonlySet<string> = new Set([
  ...['open', 'call', 'storeBatch', 'backup', 'buildIndex', 'optimize', 'heal'],
  ...['list', 'page', 'endList', 'tellHealth'],
]);

/** The worker's end: one store, called by the page. */
export class WorkerHost {
  #store: IPatternStore | undefined;
  readonly #listings = new Map<number, AsyncIterator<StoredPattern>>();
  #lastListing = 0;

  async open(
    config: PatternStoreConfig,
    snapshot: Uint8Array | undefined,
  ): Promise<ImplementationInfo> {
    this.#store =
      snapshot === undefined
        ? await openPatternStore(config)
        : await fromSnapshot(snapshot, config);
    return this.#store.getImplementationInfo();
  }

  call<M extends PlainMethod>(
    method: M,
    ...args: Parameters<IPatternStore[M]>
  ): ReturnType<IPatternStore[M]> {
    if (!PLAIN_METHODS.includes(method))
      throw new InvalidArgumentError(`a store in a worker has no method ${describe(method)}`);
    const store = this.#opened();
    const run = store[method] as (...args: unknown[]) => ReturnType<IPatternStore[M]>;
    return run.apply(store, args);
  }

  storeBatch(patterns: readonly TestPattern[], work: SentWork): Promise<void> {
    return withWork(work, (options) => this.#opened().storeBatch(patterns, options));
  }

  backup(destination: string, work: SentWork): Promise<BackupReport> {
    return withWork(work, (options) => this.#opened().backup(destination, options));
  }

  buildIndex(work: SentWork): Promise<void> {
    return withWork(work, (options) => this.#opened().buildIndex(options));
  }

  optimize(work: SentWork): Promise<void> {
    return withWork(work, (options) => this.#opened().optimize(options));
  }

  heal(work: SentWork): Promise<HealingAction[]> {
    return withWork(work, (options) => this.#opened().heal(options));
  }

  /** Tells a listener of the page of everything, from now on. */
  tellHealth(listener: (event: HealthEvent) => void): void {
    this.#opened().onHealth(listener);
  }

  /** Begins a listing; `page` goes on with it, until it comes back empty. */
  list(options: Omit<ListOptions, 'signal'>): number {
    const listing = this.#opened().patterns(options)[Symbol.asyncIterator]();
    this.#listings.set(++this.#lastListing, listing);
    return this.#lastListing;
  }

  async page(id: number): Promise<StoredPattern[]> {
    const listing = this.#listings.get(id);
    const patterns: StoredPattern[] = [];
    while (listing !== undefined && patterns.length < PAGE) {
      const next = await listing.next();
      if (next.done) break;
      patterns.push(next.value);
    }
    return patterns;
  }

  endList(id: number): void {
    this.#listings.delete(id);
  }

  #opened(): IPatternStore {
    if (this.#store === undefined) throw new Error('nothing was opened in this worker');
    return this.#store;
  }
}
