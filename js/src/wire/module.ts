/*
 * What a binding of the core offers, wherever it runs: wasm/bindings.cpp and native/addon/addon.cpp
 * declare the same. Only numbers cross; texts, vectors and records go through the exchange.
 */

/** A call's answer: 0, a number that was asked for, or one of these. */
export const FAILED = -1;
/** Nothing of that id or slot. */
export const ABSENT = -2;

export interface WireStore {
  options(): number;
  size(): number;
  contains(): number;
  stats(): number;
  check(components: number): number;
  upsert(components: number): number;
  remove(): number;
  recordUsage(): number;
  clear(): number;
  stage(components: number): number;
  commitStaged(): number;
  discardStaged(): number;
  stagedCount(): number;
  setBuildThreads(threads: number): number;
  beginRebuild(kind: number): number;
  stepRebuild(maxPatterns: number): number;
  finishRebuild(): number;
  cancelRebuild(): number;
  rebuildProgress(): number;
  beginCensus(): number;
  stepCensus(maxNodes: number): number;
  stepRepair(maxNodes: number): number;
  cancelCensus(): number;
  get(): number;
  embedding(): number;
  search(components: number): number;
  searchSlots(components: number): number;
  count(): number;
  matches(): number;
  nextSlot(from: number): number;
  idOf(slot: number): number;
  patternAt(slot: number): number;
  patternsAt(count: number): number;
  embeddingAt(slot: number): number;
  beginSnapshot(): number;
  stepSnapshot(maxBytes: number): number;
  cancelSnapshot(): number;
  beginJournal(): number;
  takeJournal(synced: number): number;
  replay(): number;
  save(sink: ChunkSink): number;
  /** Frees the store. */
  delete(): void;
}

/**
 * Called for each chunk of a snapshot; what it is given and gives back differs from one binding to
 * another. What counts as false ends the save.
 */
export type ChunkSink = (first: number, second: number) => unknown;

export interface WireModule {
  version(): number;
  targetName(): number;
  compiledInstructionSets(): number;
  detectedInstructionSets(): number;
  activeInstructionSet(): number;
  inspectSnapshot(): number;
  createStore(): WireStore | null;
  openStore(): WireStore | null;
}
