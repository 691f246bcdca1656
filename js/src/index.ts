export type { Backend, BackendStore } from './backend.js';
export { Engine } from './engine.js';
export {
  DamaskError,
  DisposedError,
  InvalidArgumentError,
  InvalidStateError,
  LoadError,
  OutOfMemoryError,
  SnapshotError,
  UnsupportedError,
} from './errors.js';
export type { ErrorCode, SnapshotErrorCode } from './errors.js';
export { Store } from './store.js';
export { loadNative } from './native/loader.js';
export type { NativeLoadOptions } from './native/loader.js';
export type * from './types.js';
export type { GlueFactory } from './wasm/glue.js';
export { loadDamask } from './wasm/loader.js';
export type { LoadOptions, WasmTarget } from './wasm/loader.js';
export { simdSupported } from './wasm/simd.js';
