/*
 * The shape of the Emscripten module, as wasm/bindings.cpp declares it. Only numbers cross; texts,
 * vectors and records go through the exchange's memory.
 */

/** A call's answer: 0, a number that was asked for, or one of these. */
export const FAILED = -1;
/** Nothing of that id or slot. */
export const ABSENT = -2;

export interface GlueStore {
  options(): number;
  size(): number;
  contains(): number;
  stats(): number;
  upsert(components: number): number;
  remove(): number;
  recordUsage(): number;
  clear(): number;
  get(): number;
  embedding(): number;
  search(components: number): number;
  searchSlots(components: number): number;
  count(): number;
  nextSlot(from: number): number;
  idOf(slot: number): number;
  patternAt(slot: number): number;
  embeddingAt(slot: number): number;
  save(sink: (address: number, bytes: number) => boolean): number;
  /** Frees the store. */
  delete(): void;
}

export interface GlueModule {
  replyAddress(): number;
  reserveInput(bytes: number): number;
  version(): number;
  targetName(): number;
  compiledInstructionSets(): number;
  detectedInstructionSets(): number;
  activeInstructionSet(): number;
  inspectSnapshot(bytes: number): number;
  createStore(): GlueStore | null;
  openStore(bytes: number): GlueStore | null;
}

/** What the glue is called with: our loader instantiates, the glue gets the instance. */
export interface GlueSettings {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  print(text: string): void;
  printErr(text: string): void;
}

/** The default export of damask.mjs, which belongs to the damask.wasm beside it. */
export type GlueFactory = (settings: GlueSettings) => Promise<GlueModule>;
