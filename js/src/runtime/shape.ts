import type { Engine } from '../engine.js';
import type { PatternStoreConfig } from '../config/shape.js';
import type { BackendName } from '../interface.js';
import type { StorageDriver } from '../storage/driver.js';

/** Everything that differs between runtimes. Imported as `#runtime`. */
export interface Runtime {
  readonly name: string;
  /** The runtime's own version; '' where it does not say. */
  readonly version: string;
  /** The engines that can be there, fastest first. */
  readonly backends: readonly BackendName[];
  /** Loads an engine that has answered a known question rightly, or throws a DamaskError. */
  loadEngine(backend: BackendName, config: EngineConfig): Promise<Engine>;
  environment(): Readonly<Record<string, string | undefined>>;
  /** The configuration file: the one named, or damask.config.json if it is there. */
  readConfigFile(path: string | undefined): Promise<ConfigFile | undefined>;
  /** The driver for a `storagePath`. With `readOnly` it makes and removes nothing. */
  openStorage(path: string, options?: { readOnly?: boolean }): Promise<StorageDriver>;
  /** Says something to the operator, where the runtime has a way that is not the console. */
  warn(message: string, code: 'DAMASK_FALLBACK' | 'DAMASK_WRITE_FAILED'): void;
  /** A worker that runs worker.js. Throws UnsupportedError where there are none. */
  startWorker(): Worker;
}

export type EngineConfig = Pick<PatternStoreConfig, 'wasm' | 'nativePath'>;

export interface ConfigFile {
  path: string;
  text: string;
}
