/*
 * The shape of the Emscripten module, as wasm/bindings.cpp declares it.
 */
import type { WireModule } from '../wire/module.js';

export interface GlueModule extends WireModule {
  /** Where the status lies, which every call leaves. */
  statusAddress(): number;
  /** Makes room for that many bytes of input and returns their address. */
  reserveInput(bytes: number): number;
  releaseInput(): void;
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
