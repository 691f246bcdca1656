import glue from '../wasm/simd/damask.mjs';
import type { GlueFactory } from './wasm/glue.js';
import type { WasmTarget } from './wasm/loader.js';

/** The glue of both modules: their builds differ in the kernels alone, and packing checks it. */
export const GLUE: GlueFactory = glue;

/** The modules beside this file. Literal, so that bundlers find and move them. */
export const WASM_URL: Readonly<Record<WasmTarget, URL>> = {
  simd: new URL('../wasm/simd/damask.wasm', import.meta.url),
  scalar: new URL('../wasm/scalar/damask.wasm', import.meta.url),
};
