/* damask/native: the engine as a Node-API addon. */
export * from './engines.js';
export { loadNative } from './native/loader.js';
export type { NativeLoadOptions } from './native/loader.js';
