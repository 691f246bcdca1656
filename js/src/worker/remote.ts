import { proxy, releaseProxy, transfer, wrap, type Remote } from 'comlink';
import { warn, warnOperator } from '../chain.js';
import { DisposedError, InvalidArgumentError, LoadError } from '../errors.js';
import { Listeners, messageOf, safely } from '../health/listeners.js';
import type { HealingAction, HealthEvent, HealthSample } from '../health/shape.js';
import type { PatternStoreConfig } from '../config/shape.js';
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
  RefreshReport,
  StoredPattern,
  StoreHealth,
  TestPattern,
  WorkOptions,
} from '../interface.js';
import { disposeAsync } from '../pattern_store/dispose.js';
import { importInBatches } from '../pattern_store/import.js';
import type { StorageDriver } from '../storage/driver.js';
import type { Filter, Vector, Verdict } from '../types.js';
import type { WasmSource } from '../wasm/loader.js';
import { transferErrors } from './errors.js';
import type { PlainMethod, WorkerHost } from './host.js';
import { sendWork, type SentWork } from './work.js';

/** Opens a store in a worker that runs worker.js, and keeps the worker until it is shut down. */
export async function openInWorker(
  worker: Worker,
  config: PatternStoreConfig,
  snapshot: Uint8Array | undefined,
): Promise<IPatternStore> {
  transferErrors();
  const host = wrap<WorkerHost>(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new LoadError(`the worker could not be started: ${event.message}`));
    });
  });
  try {
    const sent = snapshot && transfer(snapshot.slice(), []);
    const info = await Promise.race([host.open(sendable(config), sent), broken]);
    warn({ backend: info.type, passedOver: info.passedOver }, config);
    const store = new RemotePatternStore(worker, host, info, config);
    if (config.onHealth !== undefined) store.onHealth(config.onHealth);
    return store;
  } catch (cause) {
    worker.terminate();
    throw cause;
  }
}

/** The configuration without what cannot cross to a worker. */
function sendable({
  onWarning,
  onHealth,
  env,
  wasm,
  ...config
}: PatternStoreConfig): PatternStoreConfig {
  if (config.storage !== undefined)
    throw new InvalidArgumentError(
      'config: storage cannot be given with worker: true, as a driver cannot cross to the worker: use storagePath',
    );
  const sources = Object.entries(wasm ?? {}).map(([target, source]) => [target, cloneable(source)]);
  return { ...config, worker: false, wasm: Object.fromEntries(sources) as typeof wasm & object };
}

function cloneable(source: WasmSource): WasmSource {
  return source instanceof URL ? source.href : source;
}

/** The store in a worker. */
class RemotePatternStore implements IPatternStore {
  declare [Symbol.asyncDispose]: () => Promise<void>;

  readonly #worker: Worker;
  readonly #host: Remote<WorkerHost>;
  readonly #info: ImplementationInfo;
  readonly #warn: (message: string) => void;
  readonly #listeners: Listeners;
  #isTold = false;
  #ended: Promise<void> | undefined;

  constructor(
    worker: Worker,
    host: Remote<WorkerHost>,
    info: ImplementationInfo,
    config: PatternStoreConfig,
  ) {
    this.#worker = worker;
    this.#host = host;
    this.#warn = safely((message) => {
      warnOperator(message, config);
    });
    this.#listeners = new Listeners(this.#warn);
    this.#info = { ...info, features: [...info.features, 'worker'] };
  }

  initialize(): Promise<void> {
    return this.#call('initialize');
  }

  storePattern(pattern: TestPattern): Promise<void> {
    return this.#call('storePattern', pattern);
  }

  storeBatch(patterns: readonly TestPattern[], options: WorkOptions = {}): Promise<void> {
    return this.#work(options, (host, work) => host.storeBatch(patterns, work));
  }

  importPatterns(
    patterns: Iterable<TestPattern> | AsyncIterable<TestPattern>,
    options: ImportOptions = {},
  ): Promise<number> {
    return importInBatches(this, patterns, options);
  }

  searchSimilar(query: Vector, options?: PatternSearchOptions): Promise<PatternSearchResult[]> {
    return this.#call('searchSimilar', query, options);
  }

  searchWithReport(query: Vector, options?: PatternSearchOptions): Promise<ReportedSearch> {
    return this.#call('searchWithReport', query, options);
  }

  searchWithMMR(query: Vector, options?: PatternSearchOptions): Promise<PatternSearchResult[]> {
    return this.#call('searchWithMMR', query, options);
  }

  getPattern(id: string): Promise<StoredPattern | null> {
    return this.#call('getPattern', id);
  }

  deletePattern(id: string): Promise<boolean> {
    return this.#call('deletePattern', id);
  }

  recordUsage(id: string, outcome?: Verdict): Promise<void> {
    return this.#call('recordUsage', id, outcome);
  }

  count(filter?: Filter): Promise<number> {
    return this.#call('count', filter);
  }

  async *patterns({ signal, ...options }: ListOptions = {}): AsyncGenerator<
    StoredPattern,
    void,
    undefined
  > {
    const host = this.#open();
    const listing = await host.list(options);
    try {
      for (;;) {
        signal?.throwIfAborted();
        this.#open();
        const page = await host.page(listing);
        if (page.length === 0) return;
        yield* page;
      }
    } finally {
      if (this.#ended === undefined) await host.endList(listing);
    }
  }

  buildIndex(options: WorkOptions = {}): Promise<void> {
    return this.#work(options, (host, work) => host.buildIndex(work));
  }

  optimize(options: WorkOptions = {}): Promise<void> {
    return this.#work(options, (host, work) => host.optimize(work));
  }

  getStats(): Promise<PatternStoreStats> {
    return this.#call('getStats');
  }

  health(): Promise<StoreHealth> {
    return this.#call('health');
  }

  healthHistory(): Promise<HealthSample[]> {
    return this.#call('healthHistory');
  }

  healingActions(): Promise<HealingAction[]> {
    return this.#call('healingActions');
  }

  heal(options: WorkOptions = {}): Promise<HealingAction[]> {
    return this.#work(options, (host, work) => host.heal(work));
  }

  onHealth(listener: (event: HealthEvent) => void): () => void {
    const host = this.#open();
    const end = this.#listeners.add(listener);
    if (!this.#isTold)
      host
        .tellHealth(
          proxy((event: HealthEvent) => {
            this.#listeners.tell(event);
          }),
        )
        .catch((cause: unknown) => {
          this.#warn(`damask cannot tell of a store's health: ${messageOf(cause)}`);
        });
    this.#isTold = true;
    return end;
  }

  clear(): Promise<void> {
    return this.#call('clear');
  }

  flush(): Promise<void> {
    return this.#call('flush');
  }

  refresh(): Promise<RefreshReport> {
    return this.#call('refresh');
  }

  async backup(
    destination: string | StorageDriver,
    options: WorkOptions = {},
  ): Promise<BackupReport> {
    if (typeof destination !== 'string')
      throw new InvalidArgumentError(
        'destination must be a name with worker: true, as a driver cannot cross to the worker',
      );
    return this.#work(options, (host, work) => host.backup(destination, work));
  }

  snapshot(): Promise<Uint8Array> {
    return this.#call('snapshot');
  }

  shutdown(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  getImplementationInfo(): ImplementationInfo {
    return structuredClone(this.#info);
  }

  async #call<M extends PlainMethod>(
    method: M,
    ...args: Parameters<IPatternStore[M]>
  ): Promise<Awaited<ReturnType<IPatternStore[M]>>> {
    const call = this.#open().call as unknown as (
      method: M,
      ...args: Parameters<IPatternStore[M]>
    ) => Promise<Awaited<ReturnType<IPatternStore[M]>>>;
    return call(method, ...args);
  }

  /** The caller's own `signal.reason` is thrown, as it would be in this thread. */
  async #work<T>(
    options: WorkOptions,
    run: (host: Remote<WorkerHost>, work: SentWork) => Promise<T>,
  ): Promise<T> {
    options.signal?.throwIfAborted();
    const host = this.#open();
    try {
      return await run(host, sendWork(options));
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw cause;
    }
  }

  async #end(): Promise<void> {
    try {
      await this.#host.call('shutdown');
    } finally {
      this.#host[releaseProxy]();
      this.#worker.terminate();
    }
  }

  #open(): Remote<WorkerHost> {
    if (this.#ended !== undefined) throw new DisposedError('the store was shut down');
    return this.#host;
  }
}

disposeAsync(RemotePatternStore);
