import { glue, scalar, simd } from '../assets_workerd.js';
import { LoadError, UnsupportedError } from '../errors.js';
import { loadDamask } from '../wasm/loader.js';
import { noConfigFile } from './no_config_file.js';
import type { Runtime } from './shape.js';

/** workerd, where modules come compiled: it forbids compiling from bytes. */
export const runtime: Runtime = {
  name: 'workerd',
  version: '',
  backends: ['wasm-simd', 'wasm-scalar'],
  async loadEngine(backend, { wasm }) {
    if (backend === 'native') throw new LoadError('workerd cannot load native addons');
    const target = backend === 'wasm-simd' ? 'simd' : 'scalar';
    return loadDamask({ target, source: wasm?.[target] ?? { simd, scalar }[target], glue });
  },
  environment: () => ({}),
  readConfigFile: noConfigFile,
  async openStorage(path) {
    throw new UnsupportedError(
      `storagePath ${path}: workerd has no file system; give storage, such as openObjectStore({ bucket }), ` +
        'or keep snapshot() and use fromSnapshot()',
    );
  },
  warn: () => undefined,
  startWorker() {
    throw new UnsupportedError('worker: true runs the engine in a Web Worker, which browsers have');
  },
};
