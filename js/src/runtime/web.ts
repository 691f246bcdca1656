import { LoadError } from '../errors.js';
import { startWorker } from '../start_worker.js';
import { openBrowserStorage } from '../storage/browser.js';
import { noConfigFile } from './no_config_file.js';
import type { Runtime } from './shape.js';
import { loadWasmEngine } from './wasm_engine.js';

/** Browsers, and every runtime that is known by no other condition. */
export const runtime: Runtime = {
  name: 'browser',
  version: '',
  backends: ['wasm-simd', 'wasm-scalar'],
  async loadEngine(backend, config) {
    if (backend === 'native') throw new LoadError('browsers cannot load native addons');
    return loadWasmEngine(backend === 'wasm-simd' ? 'simd' : 'scalar', config);
  },
  environment: () => ({}),
  readConfigFile: noConfigFile,
  openStorage: (path, options) => openBrowserStorage(path, undefined, options),
  warn: () => undefined,
  startWorker,
};
