/* damask/wasm/scalar: the package's own module for runtimes without SIMD. */
import { runtime } from '#runtime';
import type { Engine } from './engine.js';
import type { WasmSource } from './wasm/loader.js';

export * from './engines.js';

/**
 * Loads the engine, and hands it out after it has answered a known question rightly.
 * @param source damask.wasm, when it is not the package's own file
 */
export function loadWasm(source?: WasmSource): Promise<Engine> {
  return runtime.loadEngine(
    'wasm-scalar',
    source === undefined ? {} : { wasm: { scalar: source } },
  );
}
