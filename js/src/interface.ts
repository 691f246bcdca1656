import type { HealingAction, HealthEvent, HealthSample } from './health/shape.js';
import type { StorageDriver } from './storage/driver.js';
import type {
  Filter,
  Metric,
  PatternInput,
  Precision,
  SearchReport,
  Vector,
  Verdict,
} from './types.js';

/** The engines of this package, fastest first. */
export type BackendName = 'native' | 'wasm-simd' | 'wasm-scalar';

/** What a chain may name. This version has no AgentDB backend: it is passed over, and that is said. */
export type ChainName = BackendName | 'agentdb';

/** A JSON object, as `JSON.parse` gives one. */
export type Metadata = Record<string, unknown>;

/** A pattern with its embedding, as callers store it. */
export interface TestPattern extends Omit<PatternInput, 'metadata'> {
  /** `dimension` finite components, rounded to float32. */
  embedding: Vector;
  /** Anything JSON can hold, at most 16 MiB as JSON text. */
  metadata?: Metadata;
}

/** A pattern as the store gives it back. */
export interface StoredPattern extends Omit<TestPattern, 'embedding' | 'usageCount'> {
  /** Always there from `getPattern`; from searches and listings only with `withEmbedding`. */
  embedding?: Float32Array;
  usageCount: number;
}

/** What one search asks for. `domain`, `type`, `framework` and `filter` must all match. */
export interface PatternSearchOptions extends Filter {
  /** Results wanted. [1, 10000], 10 when absent. */
  k?: number;
  /** Drop results that score below this. */
  threshold?: number;
  /**
   * Dynamic k: only as many results as stand out, at least so many, at most `k`; for instance
   * `{ k: 20, minK: 5 }`. Of the results from the minK-th to the k-th, those behind the largest drop
   * of the score from one to the next are left out (Taguchi, Maekawa and Bhutani, "adaptive-k", 2025).
   * [1, k], not with `useMMR`; absent: off.
   */
  minK?: number;
  /** Choose for relevance and diversity together: see `searchWithMMR`. */
  useMMR?: boolean;
  /** 1 is relevance alone, 0 diversity alone. [0, 1], 0.5 when absent; only with `useMMR`. */
  mmrLambda?: number;
  /** Candidates kept while searching. [k, 10000]; absent: the larger of efSearch and k. */
  ef?: number;
  /** Score every match instead of walking the graph. */
  exact?: boolean;
  /** Give the embedding of each result back. Off when absent. */
  withEmbedding?: boolean;
  /** Give the content of each result back. On when absent; the content is '' when off. */
  withContent?: boolean;
}

/** One result: cosine score = the cosine, dot = the inner product, euclidean = 1 / (1 + distance). */
export interface PatternSearchResult {
  pattern: StoredPattern;
  score: number;
}

/** The results of a search, best first, and how they were found. */
export interface ReportedSearch {
  results: PatternSearchResult[];
  report: SearchReport;
}

/** Why an engine that would have come first was not taken. */
export interface PassedOver {
  backend: ChainName;
  reason: string;
}

/** What is really running. */
export interface ImplementationInfo {
  type: BackendName;
  /** damask's own version. */
  version: string;
  /** For instance 'snapshot', 'mmr', 'filter', 'persistent', 'worker', 'exact-search'. */
  features: string[];
  /** The instruction set whose kernels are used, for instance 'avx512-vnni'. */
  instructionSet: string;
  /** What the engine was compiled for: 'x86_64', 'aarch64' or 'wasm32'. */
  target: string;
  /** Threads that link new patterns. */
  buildThreads: number;
  /** The JavaScript runtime: 'node', 'deno', 'bun', 'workerd' or 'browser'. */
  runtime: string;
  /** Where the store is kept: 'none', or the driver's name. */
  storage: string;
  /** The engines before this one in the chain, each with the reason that it was passed over. */
  passedOver: PassedOver[];
}

/** Measured figures. Latencies and rates are absent until something was measured. */
export interface PatternStoreStats {
  /** Patterns that can be found. */
  count: number;
  /** Nodes of the graph, those of deleted and replaced patterns included. */
  slots: number;
  dimension: number;
  metric: Metric;
  precision: Precision;
  implementation: BackendName;
  /** 'flat' as long as no pattern is linked into a graph: see `indexingThreshold`. */
  indexType: 'flat' | 'hnsw';
  /** Bytes that the store's own structures hold allocated. */
  memoryUsage: number;
  /** Searches measured since the store was opened; 0 with `enableMetrics: false`. */
  searches: number;
  /** Searches per second of time spent searching, on the one thread that searches. */
  qps?: number;
  /** Search latency, the time that the engine and the reading of its results took; milliseconds. */
  p50Latency?: number;
  p99Latency?: number;
  /** The same in microseconds, from a histogram of three significant digits. */
  p50LatencyUs?: number;
  p99LatencyUs?: number;
  maxLatencyUs?: number;
  /** Changes committed over the store's life. */
  sequence: number;
  /** The storage generation that the store was last read from or written as; 0 for none. */
  generation: number;
  /** Changes, and bytes of them, that a crash would lose now: see `health`. */
  pendingChanges: number;
  pendingBytes: number;
  /** What the journals had when the store was opened. */
  recovered: RecoveredChanges;
}

/**
 * When a change is durable: before it is acknowledged; so many milliseconds after it at the latest, and
 * earlier when so many bytes of changes wait; or when `flush` or `shutdown` is called.
 */
export type DurabilityPolicy = 'always' | 'interval' | 'manual';

/** A policy, and what it needs. */
export type Durability =
  | DurabilityPolicy
  | { policy: 'always' }
  | {
      policy: 'interval';
      /** [1, 3600000], 1000 when absent. */
      ms?: number;
      /** [1, 1073741824], 1048576 when absent. */
      bytes?: number;
    }
  | { policy: 'manual' };

/** Why a store is not well. `code` is for programs, `message` is one sentence for people. */
export interface HealthReason {
  /**
   * 'WRITING_ENDED', 'TORN_BYTES', 'UNREACHABLE', 'LOW_RECALL', 'SELF_MISSES', 'MORE_DISTANCES', 'SLOW',
   * 'TOMBSTONES'; later versions may add others. docs/health.md says what to do about each.
   */
  code: string;
  message: string;
}

/** How a store is. */
export interface StoreHealth {
  /** 'critical': it does not do what it is for; 'degraded': something wants to be looked at. */
  state: 'healthy' | 'degraded' | 'critical';
  /** What is not well, the worst first; none when healthy. */
  reasons: HealthReason[];
  durability: DurabilityHealth;
  /** Whether this store may change what is stored: not without storage, and not with `readOnly`. */
  writer: boolean;
}

/** What of a store is durable. */
export interface DurabilityHealth {
  /** 'none' where the store writes to no storage. */
  policy: DurabilityPolicy | 'none';
  /** Changes that are made and not durable: what a crash would lose now. */
  pendingChanges: number;
  /** Bytes of them; 0 as long as the store has no journal. */
  pendingBytes: number;
  /** The newest snapshot that is stored; 0 for none. */
  generation: number;
  /** Bytes of journals that opening the store now would replay. */
  journalBytes: number;
  /** Whether a snapshot is being written that will replace journals; changes go on meanwhile. */
  compacting: boolean;
  /** The error that ended writing. */
  failure?: { code: string; message: string };
}

/** Changes that were found in the journals of a store. */
export interface RecoveredChanges {
  /** Changes made since the snapshot. */
  changes: number;
  /**
   * Bytes at the end that were dropped: a write that did not finish and was never acknowledged, or
   * damage to the last write, which nothing tells from it. 0 after every orderly end.
   */
  tornBytes: number;
}

/** What `refresh` has found. */
export interface RefreshReport {
  /** Changes since the refresh before; negative when storage has an older store than was read. */
  changes: number;
  /** Changes committed over the store's life, as far as this store has read them. */
  sequence: number;
  /** The storage generation that was read last. */
  generation: number;
  /** Whether the store had to be read anew, as its journals could not be followed. */
  reopened: boolean;
}

/** What `backup` has stored. */
export interface BackupReport {
  /** Patterns that the copy has. */
  count: number;
  /** Changes committed over the store's life, until the moment that was copied. */
  sequence: number;
  bytes: number;
}

/** Long work tells how far it is; `total` is absent when it is not known. */
export interface Progress {
  done: number;
  total?: number;
}

/** Options of long work. A signal that fires stops it between steps: `signal.reason` is thrown. */
export interface WorkOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** What a listing shows: the patterns that match when it begins and are there when they are read. */
export interface ListOptions extends Filter {
  withEmbedding?: boolean;
  signal?: AbortSignal;
}

export interface ImportOptions extends WorkOptions {
  /** Patterns that are stored, all or none, by one step. [1, 100000], 1000 when absent. */
  batchSize?: number;
}

/** A store of patterns on whichever engine works here. All backends give the same answers. */
export interface IPatternStore extends AsyncDisposable {
  /** Nothing to do after `openPatternStore`; rejects once the store is shut down. */
  initialize(): Promise<void>;
  /** Stores a pattern under its id, replacing what was there; resolves as `durability` says. */
  storePattern(pattern: TestPattern): Promise<void>;
  /** Stores all of them or none. An id that comes twice ends as its last. */
  storeBatch(patterns: readonly TestPattern[], options?: WorkOptions): Promise<void>;
  /** Stores what an iterable gives, batch after batch; returns how many. Each batch is all or nothing. */
  importPatterns(
    patterns: Iterable<TestPattern> | AsyncIterable<TestPattern>,
    options?: ImportOptions,
  ): Promise<number>;
  /** The k most similar patterns, best first: k of them whenever k match. */
  searchSimilar(query: Vector, options?: PatternSearchOptions): Promise<PatternSearchResult[]>;
  /** The same, and by which plan they were found, whether they are the exact best, and at what cost. */
  searchWithReport(query: Vector, options?: PatternSearchOptions): Promise<ReportedSearch>;
  /**
   * Maximal marginal relevance (Carbonell and Goldstein, 1998): each next result is the candidate with
   * the greatest lambda * relevance - (1 - lambda) * (greatest similarity to a result before it).
   */
  searchWithMMR(query: Vector, options?: PatternSearchOptions): Promise<PatternSearchResult[]>;
  /** The pattern with its embedding, or null. */
  getPattern(id: string): Promise<StoredPattern | null>;
  /** Whether there was one. It is gone at once from every search. */
  deletePattern(id: string): Promise<boolean>;
  /** Counts one use, now, with its outcome when there is one. Rejects when there is no such id. */
  recordUsage(id: string, outcome?: Verdict): Promise<void>;
  /** How many patterns match. */
  count(filter?: Filter): Promise<number>;
  /** Every pattern that was there when the listing began and still is, oldest first. */
  patterns(options?: ListOptions): AsyncIterable<StoredPattern>;
  /** Builds the graph anew from every live pattern, beside the one in use; searches go on. */
  buildIndex(options?: WorkOptions): Promise<void>;
  /** Gives the space of deleted and replaced patterns back, whose links lead on to their neighbours
   * (when there are any; the links of the others stay), and writes what is not yet durable. */
  optimize(options?: WorkOptions): Promise<void>;
  getStats(): Promise<PatternStoreStats>;
  /** How the store is: what is durable of it, and what is not well. */
  health(): Promise<StoreHealth>;
  /**
   * What the store saw of itself, oldest first: the last minutes in full, and less and less of what was
   * before. Kept with the store: with `readOnly`, what its writer has written by now.
   */
  healthHistory(): Promise<HealthSample[]>;
  /** What was done, or suggested, for the store's health, oldest first; kept as the history is. */
  healingActions(): Promise<HealingAction[]>;
  /**
   * Looks at the store now and does what is wanted, whatever `healing` says; resolves to what was done,
   * which is nothing for a store that is well. Searches and changes go on.
   */
  heal(options?: WorkOptions): Promise<HealingAction[]>;
  /** Tells the listener of changes of state and of actions, until what it returns is called. */
  onHealth(listener: (event: HealthEvent) => void): () => void;
  /** Removes every pattern. */
  clear(): Promise<void>;
  /** Makes everything durable that is not, whatever `durability` says. Nothing without storage. */
  flush(): Promise<void>;
  /**
   * Takes along what writers had stored before the call, whichever engine and process they are of. Only
   * a store that was opened with `readOnly` can be behind: for others there is nothing to do, and the
   * report says so. Searches see all of a batch or nothing.
   */
  refresh(): Promise<RefreshReport>;
  /**
   * Stores a copy of the store, as it is at one moment while changes go on, in an empty place: a path (a
   * name in browsers) or a driver, which stays open. The copy is durable when this resolves, and a
   * store like any other, which every backend and runtime opens. Rejects with ConflictError when there
   * is a store already, and with LockedError when one is being written there.
   */
  backup(destination: string | StorageDriver, options?: WorkOptions): Promise<BackupReport>;
  /** The whole store as a snapshot, which any backend and runtime opens. */
  snapshot(): Promise<Uint8Array>;
  /** Flushes, then frees everything; every later call rejects with DisposedError. */
  shutdown(): Promise<void>;
  getImplementationInfo(): ImplementationInfo;
}
