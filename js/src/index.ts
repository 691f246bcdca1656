/*
 * The package's main entry: the pattern store. The engines below it are at damask/native and
 * damask/wasm.
 */
export { fromSnapshot, openPatternStore } from './open.js';
export type * from './config/shape.js';
export type * from './interface.js';
export type {
  EfControl,
  Estimate,
  Healing,
  HealingAction,
  HealingFigures,
  HealingKind,
  HealthEvent,
  HealthSample,
  SearchTargets,
  TimedUs,
} from './health/shape.js';
export type { SnapshotSource } from './snapshot_source.js';
export * from './errors.js';
export type { FileContent, LockHolder, StorageDriver, StorageLock } from './storage/driver.js';
export { MemoryStorage } from './storage/memory.js';
export { openObjectStore } from './storage/object_store.js';
export type { ObjectBucket, ObjectStoreOptions } from './storage/object_store.js';
export type {
  Filter,
  FilterExpression,
  GraphCensus,
  HnswOptions,
  MetadataField,
  MetadataKind,
  Metric,
  PatternInput,
  Precision,
  Vector,
  Verdict,
} from './types.js';
export type { WasmSource } from './wasm/loader.js';
export { simdSupported } from './wasm/simd.js';
