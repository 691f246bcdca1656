import type { EfControl, Healing, HealthEvent, SearchTargets } from '../health/shape.js';
import type { ChainName, Durability, PassedOver } from '../interface.js';
import type { StorageDriver } from '../storage/driver.js';
import type { HnswOptions, MetadataField, Metric, Precision } from '../types.js';
import type { WasmSource } from '../wasm/loader.js';

/**
 * What `openPatternStore` is given. Each field may also come from the environment or from the file
 * damask.config.json, in this order of precedence; functions and objects cannot.
 */
export interface PatternStoreConfig {
  /** Components of an embedding. [1, 4096], 384 when absent. */
  dimension?: number;
  /** 'cosine' when absent. */
  metric?: Metric;
  /** 'fixed16' when absent. */
  precision?: Precision;
  /** m 32, efConstruction 200, efSearch 100 when absent. */
  hnsw?: Partial<HnswOptions>;
  /** 0 when absent. */
  seed?: number | bigint;
  /**
   * Up to so many patterns, replaced and deleted ones included, every search is exact and there is no
   * graph. [0, 1000000], 2048 when absent.
   */
  indexingThreshold?: number;
  /**
   * Members of the metadata that filters can look at, as `metadata.<name>`. At most 64; part of what is
   * stored, and the same ever after. None when absent.
   */
  metadataFields?: readonly MetadataField[];
  /**
   * Link new patterns with at most so many threads, to the same bytes: the store is built that much
   * faster, and every 32nd change waits while the last 32 are linked. WebAssembly has one thread;
   * `getImplementationInfo` tells how many there are. [1, 64], 1 when absent.
   */
  buildThreads?: number;
  /**
   * Where the store is kept: a directory (Node, Deno, Bun), or a name in the origin's private file
   * system or IndexedDB (browsers). Absent: in memory alone.
   */
  storagePath?: string;
  /** Where the store is kept, instead of `storagePath`. Closed with the store. */
  storage?: StorageDriver;
  /**
   * Only read the store, beside whoever writes it, and write nothing at all to its storage: `refresh`
   * takes later changes along. Every method that would change the store rejects with ReadOnlyError, and
   * opening an empty place with NotFoundError. Off when absent.
   */
  readOnly?: boolean;
  /** When a change is durable. 'always' when absent: before it is acknowledged. */
  durability?: Durability;
  /** The older name of `durability`: true is 'always', false 'manual'. */
  autoPersist?: boolean;
  /** The engine to begin the chain with. 'auto' when absent: the fastest first. */
  preferredBackend?: ChainName | 'auto';
  /** The engines that may be taken. Absent: all that the runtime can have. */
  backends?: readonly ChainName[];
  /** Whether another engine may do when the first does not work. On when absent. */
  fallback?: boolean;
  /** Measure the latency of searches, and watch how the store is. On when absent. */
  enableMetrics?: boolean;
  /**
   * Whether the store does what its health asks for, in small steps while it is used ('auto'), only
   * says what it would do ('suggest'), or neither. 'auto' when absent, for a store that may write; not
   * without `enableMetrics`.
   */
  healing?: Healing;
  /** Recall that searches are to reach, and the time that they may take; needs `enableMetrics`. */
  targets?: SearchTargets;
  /** How ef is chosen to hold `targets`, without which it stays as configured. 'mpc' when absent. */
  efControl?: EfControl;
  /** Told of changes of state and of actions, from the beginning. */
  onHealth?: (event: HealthEvent) => void;
  /** Run the engine in a Web Worker. Off when absent. */
  worker?: boolean;
  /** Where damask.wasm is, when it is not beside the package. */
  wasm?: { simd?: WasmSource; scalar?: WasmSource };
  /** The native addon to load instead of the package's own: the path of a .node file. */
  nativePath?: string;
  /** Told once when another engine than the first was taken, and when a write that nobody waits for,
   * or looking after the store, has failed (nothing is passed over then). Absent: `process.emitWarning` where there is one. */
  onWarning?: (message: string, passedOver: readonly PassedOver[]) => void;
  /** The configuration file. Absent: damask.config.json in the working directory, if it is there.
   * false: none. Not in browsers and workerd. */
  configFile?: string | false;
  /** The environment to read. Absent: the process's own, where there is one. */
  env?: Readonly<Record<string, string | undefined>>;
}
