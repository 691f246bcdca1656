// The soak in its short form, and that it finds what is left open.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { openPatternStore } from '../../../js/lib/index.js';
import { BACKENDS, only } from '../engines.mjs';
import { growthOf } from '../growth.mjs';
import { runRounds } from '../soak_rounds.mjs';

const KINDS = ['rss', 'heap', 'external', 'wasm'];
/** Of the mean. So few rounds are still warming up: the long form allows a fifth of this. */
const TOLERANCE = 0.1;

async function shortSoak(t, settings) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-soak-'));
  t.after(() => rm(directory, { recursive: true }));
  const samples = [];
  await runRounds({
    ...{ directory, rounds: 72, every: 3, seed: 1, ...settings },
    onSample: (_, memory) => samples.push(memory),
  });
  return (kind) =>
    growthOf(
      samples.map((sample) => sample[kind]),
      TOLERANCE,
    );
}

for (const backend of BACKENDS)
  test(`${backend}: memory does not grow over open, write, search and close`, async (t) => {
    const growth = await shortSoak(t, { backend });
    for (const kind of KINDS) assert.deepEqual([kind, growth(kind).grows], [kind, false]);
  });

for (const [backend, kind] of [
  ['native', 'rss'],
  ['wasm-simd', 'wasm'],
])
  test(`${backend}: stores that are never closed are found`, async (t) => {
    const leaked = [];
    const big = Array.from({ length: 50 }, (_, i) => ({
      ...{ id: String(i), type: '', domain: '', content: 'x'.repeat(40_000) },
      embedding: [1, i],
    }));
    const growth = await shortSoak(t, {
      backend,
      onRound: async () => {
        const store = await openPatternStore({ ...only(backend), dimension: 2 });
        await store.storeBatch(big);
        leaked.push(store);
      },
    });
    assert.equal(growth(kind).grows, true);
    assert.equal(leaked.length, 72);
    await Promise.all(leaked.map((store) => store.shutdown()));
  });
