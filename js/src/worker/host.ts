import type {
  ImplementationInfo,
  IPatternStore,
  ListOptions,
  PatternStoreConfig,
  Progress,
  StoredPattern,
  TestPattern,
  WorkOptions,
} from '../interface.js';
import { fromSnapshot, openPatternStore } from '../open.js';
import { receiveSignal } from './abort.js';

const PAGE = 256;

/** Options of long work as they cross: the signal as a port, the callback as comlink's proxy. */
export interface SentWork {
  signalPort?: MessagePort;
  onProgress?: (progress: Progress) => void;
}

/** The methods that cross as they are. */
export type PlainMethod = Exclude<
  keyof IPatternStore,
  | 'storeBatch'
  | 'importPatterns'
  | 'patterns'
  | 'buildIndex'
  | 'optimize'
  | 'getImplementationInfo'
  | typeof Symbol.asyncDispose
>;

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
    const store = this.#opened();
    const run = store[method] as (...args: unknown[]) => ReturnType<IPatternStore[M]>;
    return run.apply(store, args);
  }

  storeBatch(patterns: readonly TestPattern[], work: SentWork): Promise<void> {
    return this.#opened().storeBatch(patterns, received(work));
  }

  buildIndex(work: SentWork): Promise<void> {
    return this.#opened().buildIndex(received(work));
  }

  optimize(work: SentWork): Promise<void> {
    return this.#opened().optimize(received(work));
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

function received({ signalPort, onProgress }: SentWork): WorkOptions {
  return {
    ...(signalPort ? { signal: receiveSignal(signalPort) } : {}),
    ...(onProgress ? { onProgress } : {}),
  };
}
