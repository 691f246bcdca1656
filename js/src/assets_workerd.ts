/* Literal, so that wrangler and miniflare find the modules and compile them beforehand. */
export { default as scalar } from '../wasm/scalar/damask.wasm';
export { default as simd } from '../wasm/simd/damask.wasm';
export { default as glue } from '../wasm/simd/damask.mjs';
