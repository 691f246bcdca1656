import { GLUE, WASM_URL } from '../assets.js';
import type { Engine } from '../engine.js';
import { loadDamask, type WasmTarget } from '../wasm/loader.js';
import type { EngineConfig } from './shape.js';

/** The package's own module, or the one that `config.wasm` names. */
export function loadWasmEngine(target: WasmTarget, { wasm }: EngineConfig): Promise<Engine> {
  return loadDamask({ target, source: wasm?.[target] ?? WASM_URL[target], glue: GLUE });
}
