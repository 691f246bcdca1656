import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openPatternStore } from '../lib/index.js';
import { addonPath, random, randomVector, wasmPath } from './support.mjs';

export const backends = ['native', 'wasm-simd', 'wasm-scalar'];

/** Where the engines of this build are, and no file or variable to say otherwise. */
export const builds = {
  nativePath: addonPath,
  wasm: { simd: wasmPath('simd'), scalar: wasmPath('scalar') },
  configFile: false,
  env: {},
};

/** A store on one backend and no other. */
export const openOn = (preferredBackend, config = {}) =>
  openPatternStore({ ...builds, preferredBackend, fallback: false, ...config });

/** A driver as those are that have no lock, so that a second writer gets as far as writing. */
export const unlocked = (driver) => Object.assign(driver, { lock: undefined });

/** A folder for one test. */
export async function scratch(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'damask-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Seeded patterns of every shape. */
export function patterns(count, dimension, seed = 5) {
  const next = random(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `pattern-${i}`,
    type: ['unit', 'integration', 'e2e'][i % 3],
    domain: ['payments', 'login', 'search', 'ßtrings'][i % 4],
    content: `content of ${i}`,
    embedding: randomVector(next, dimension),
    ...(i % 2 ? { framework: 'vitest' } : {}),
    ...(i % 5 ? {} : { metadata: { origin: { file: `t${i}.js`, line: i } }, coverage: i / 100 }),
  }));
}

/** What must be the same on every backend: ids and score bits. */
export const answerOf = (results) =>
  results.map(({ pattern, score }) => `${pattern.id} ${bits(score)}`).join(', ');

function bits(score) {
  return new Uint32Array(Float32Array.of(score).buffer)[0].toString(16);
}
