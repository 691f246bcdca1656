/* What every entry of an engine gives beside its loader. */
export type { Backend, BackendStore } from './backend.js';
export { Engine } from './engine.js';
export * from './errors.js';
export { Store } from './store.js';
export type * from './types.js';
