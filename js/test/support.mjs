import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative } from '../lib/native.js';
import { loadDamask } from '../lib/wasm.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the two builds are: DAMASK_WASM_SIMD_DIR and DAMASK_WASM_SCALAR_DIR, or build/. */
export const directories = {
  simd: path.resolve(process.env.DAMASK_WASM_SIMD_DIR ?? path.join(root, 'build/wasm-simd/wasm')),
  scalar: path.resolve(
    process.env.DAMASK_WASM_SCALAR_DIR ?? path.join(root, 'build/wasm-scalar/wasm'),
  ),
};
/** Where the addon is: DAMASK_NATIVE_PATH, or build/. */
export const addonPath = path.resolve(
  process.env.DAMASK_NATIVE_PATH ??
    path.join(root, 'build/native-release/native/addon/damask.node'),
);
export const wasmTargets = Object.keys(directories);
export const targets = [...wasmTargets, 'native'];
export const instructionSets = { simd: 'wasm-simd128', scalar: 'scalar' };

export const wasmPath = (target) => path.join(directories[target], 'damask.wasm');
export const gluePath = (target) => path.join(directories[target], 'damask.mjs');
export const wasmBytes = (target) => readFile(wasmPath(target));
export const load = (target) =>
  target === 'native'
    ? loadNative({ path: addonPath })
    : loadDamask({ source: wasmPath(target), target });

/** A WebAssembly engine, with what a test needs to watch it: its memory and the raw module. */
export async function loadWatched(target) {
  const { default: factory } = await import(gluePath(target));
  const watched = {};
  const glue = async (settings) => {
    const instantiateWasm = (imports, receive) =>
      settings.instantiateWasm(imports, (instance, module) => {
        watched.memory = Object.values(instance.exports).find(
          (it) => it instanceof WebAssembly.Memory,
        );
        receive(instance, module);
      });
    watched.raw = await factory({ ...settings, instantiateWasm });
    return watched.raw;
  };
  watched.engine = await loadDamask({ source: wasmPath(target), target, glue });
  return watched;
}

/** Makes the memory refuse to grow beyond some bytes, as a machine that is out of memory does. */
export function limitGrowth(memory, limit) {
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * 65536 > limit) throw new RangeError('no more memory');
    return WebAssembly.Memory.prototype.grow.call(memory, pages);
  };
}

/** A seeded generator of floats in [-1, 1): xorshift32. */
export function random(seed) {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 0x80000000;
  };
}

/** The seed of a test: DAMASK_SEED, or its own; printed, so that a failure can be run again. */
export function seedFor(t, fallback) {
  const seed = Number(process.env.DAMASK_SEED ?? fallback);
  t.diagnostic(`DAMASK_SEED=${seed}`);
  return seed;
}

export const randomVector = (next, dimension) => Float32Array.from({ length: dimension }, next);

export const pattern = (id, fields = {}) => ({
  id,
  type: 'unit',
  domain: 'testing',
  content: `content of ${id}`,
  ...fields,
});

/** A matcher for assert.throws: class name, code, and a part of the message. */
export const refusal = (name, code, part) => (error) => {
  if (error.name === name && error.code === code && error.message.includes(part)) return true;
  throw new Error(
    `expected ${name} ${code} with "${part}", got ${error.name} ${error.code}: ${error.message}`,
  );
};
export const invalid = (part) => refusal('InvalidArgumentError', 'INVALID_ARGUMENT', part);
