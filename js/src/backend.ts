import type {
  CreateOptions,
  EngineInfo,
  Filter,
  GraphCensus,
  Pattern,
  PatternInput,
  RebuildKind,
  RebuildProgress,
  RepairReport,
  ReplayReport,
  SearchOptions,
  SearchResult,
  SlotSearchResult,
  SnapshotInfo,
  StoreOptions,
  StoreStats,
  Verdict,
} from './types.js';

/**
 * An engine as a binding offers it. {@link Engine} has checked the types of every argument before;
 * the ranges are the core's to check. Every refusal is a DamaskError.
 */
export interface Backend {
  info(): EngineInfo;
  createStore(options: CreateOptions): BackendStore;
  openStore(snapshot: Uint8Array): BackendStore;
  inspectSnapshot(snapshot: Uint8Array): SnapshotInfo;
}

/** One store as a binding offers it; nothing of it is called after `release()`. */
export interface BackendStore {
  options(): StoreOptions;
  size(): number;
  contains(id: string): boolean;
  stats(): StoreStats;
  check(pattern: PatternInput, embedding: Float32Array): void;
  upsert(pattern: PatternInput, embedding: Float32Array): void;
  remove(id: string): boolean;
  recordUsage(id: string, outcome: Verdict | undefined, nowMs: number): boolean;
  clear(): void;
  stage(pattern: PatternInput, embedding: Float32Array): void;
  commitStaged(): void;
  discardStaged(): void;
  stagedCount(): number;
  setBuildThreads(threads: number): void;
  beginRebuild(kind: RebuildKind): void;
  stepRebuild(maxPatterns: number): boolean;
  finishRebuild(): void;
  cancelRebuild(): void;
  rebuildProgress(): RebuildProgress | undefined;
  beginCensus(): void;
  stepCensus(maxNodes: number): GraphCensus | undefined;
  stepRepair(maxNodes: number): RepairReport | undefined;
  cancelCensus(): void;
  get(id: string): Pattern | undefined;
  embedding(id: string): Float32Array | undefined;
  search(query: Float32Array, options: SearchOptions): SearchResult;
  searchSlots(query: Float32Array, options: SearchOptions): SlotSearchResult;
  count(filter: Filter): number;
  matches(filter: Filter): Uint32Array;
  nextSlot(from: number): number | undefined;
  idOf(slot: number): string | undefined;
  patternAt(slot: number): Pattern | undefined;
  patternsAt(slots: Uint32Array, withContent: boolean): Pattern[];
  embeddingAt(slot: number): Float32Array | undefined;
  /** The snapshot, front to back, in chunks of at most 1 MiB that the caller may keep. */
  saveChunks(): Uint8Array[];
  beginSnapshot(): void;
  stepSnapshot(maxBytes: number): Uint8Array | undefined;
  cancelSnapshot(): void;
  beginJournal(): Uint8Array;
  takeJournal(synced: number): Uint8Array;
  replay(journal: Uint8Array): ReplayReport;
  release(): void;
}
