import type { BackendName, HealthReason, StoreHealth } from '../interface.js';
import type { GraphCensus } from '../types.js';

/** Percentiles of what was timed, in microseconds. */
export interface TimedUs {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** A share that was estimated from samples, with its 95% Wilson score interval (Wilson, 1927). */
export interface Estimate {
  /** [0, 1] */
  value: number;
  low: number;
  high: number;
  /** How many independent trials it is worth, older ones weighing less: results of one query are fewer
   * than they are, as far as they come and go together. */
  trials: number;
}

/** What a store saw of itself until one moment: measured figures alone, absent where nothing was. */
export interface HealthSample {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  at: number;
  backend: BackendName;
  state: StoreHealth['state'];
  reasons: HealthReason[];
  /** Patterns that can be found. */
  count: number;
  /** Nodes of deleted and replaced patterns that still take room. */
  tombstones: number;
  /** Candidates kept by a search that does not say. */
  ef: number;
  /** Searches since the sample before, and per second from the first search or change on. */
  searches: number;
  searchesPerSecond: number;
  /** Of live searches that walked the graph and were repeated exactly. */
  recall?: Estimate;
  /** Of patterns whose own embedding was searched for, those that were not found. */
  selfMisses?: Estimate;
  searchUs?: TimedUs;
  distancesPerSearch?: number;
  /** The same in bytes of the four-bit codes that a walk reads for a distance. */
  bytesPerSearch?: number;
  insertUs?: TimedUs;
  syncUs?: TimedUs;
  census?: GraphCensus;
  memory: { graph: number; codes: number; records: number };
  /** Bytes of journals that opening the store now would replay. */
  journalBytes: number;
}

/** What may be done for a store, the cheapest first. */
export type HealingKind = 'raise-ef' | 'repair' | 'compact' | 'rebuild' | 'snapshot';

/** What was measured around an action; absent where nothing was. `distancesPerSearch` is of searches for
 * random patterns by their own embeddings. */
export interface HealingFigures {
  recall?: number;
  selfMisses?: number;
  unreachable?: number;
  tombstones: number;
  distancesPerSearch?: number;
  memoryBytes: number;
  ef: number;
}

/** One thing that was done, or is suggested, for a store. */
export interface HealingAction {
  kind: HealingKind;
  /** When it began, in milliseconds since 1970-01-01T00:00:00Z. */
  at: number;
  /** Why, in one sentence for people. */
  because: string;
  /** 'rolled-back': it made something worse, and was undone. 'stopped': the store was cleared or shut
   * down meanwhile. 'suggested': with `healing: 'suggest'`, nothing was done. */
  outcome: 'kept' | 'rolled-back' | 'stopped' | 'failed' | 'suggested';
  before: HealingFigures;
  /** Absent where nothing was done. */
  after?: HealingFigures;
  /** Absent where nothing was done. `busyMs` is time spent working, `longestPauseMs` the longest that
   * searches had to wait for it at once, `peakBytes` what it held in memory beside the store. */
  cost?: { busyMs: number; longestPauseMs: number; peakBytes: number };
  /** What went wrong, when it failed or was rolled back. */
  message?: string;
}

/** What `onHealth` is told. */
export type HealthEvent =
  | { kind: 'state'; from: StoreHealth['state']; to: StoreHealth['state']; reasons: HealthReason[] }
  | { kind: 'action'; action: HealingAction };

/** Whether a store does what its health asks for, only says so, or neither. */
export type Healing = 'auto' | 'suggest' | 'off';

/** What a store is to hold, when its owner says. */
export interface SearchTargets {
  /** Recall@k that searches are to reach. (0, 1] */
  recall: number;
  /** What 99 of 100 searches are to stay below, in milliseconds. */
  p99Ms?: number;
}

/** Chooses ef: by a model of latency and misses, by a proportional-integral rule, or not at all. */
export type EfControl = 'mpc' | 'pi' | 'fixed';
