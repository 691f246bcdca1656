/* damask/wasm: the engine as WebAssembly, from wherever its module is. */
export * from './engines.js';
export type { GlueFactory } from './wasm/glue.js';
export { loadDamask } from './wasm/loader.js';
export type { LoadOptions, WasmSource, WasmTarget } from './wasm/loader.js';
export { simdSupported } from './wasm/simd.js';
