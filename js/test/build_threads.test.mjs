import assert from 'node:assert/strict';
import test from 'node:test';
import { openPatternStore } from '../lib/index.js';
import { invalid, load, pattern, random, randomVector, refusal, seedFor } from './support.mjs';
import { targets } from './support.mjs';

const OPTIONS = { dimension: 16, hnsw: { m: 6, efConstruction: 30 }, indexingThreshold: 50 };

function fill(store, seed) {
  const next = random(seed);
  for (let i = 0; i < 300; ++i) store.upsert(pattern(`p${i % 280}`), randomVector(next, 16));
  return store;
}

for (const target of targets) {
  const engine = await load(target);

  test(`${target}: threads that build do not show in the bytes`, (t) => {
    const seed = seedFor(t, 43);
    const one = fill(engine.createStore(OPTIONS), seed);
    const two = engine.createStore(OPTIONS);
    if (engine.info().target === 'wasm32') {
      assert.throws(
        () => two.setBuildThreads(2),
        refusal('UnsupportedError', 'UNSUPPORTED', 'no threads'),
      );
      two.setBuildThreads(1);
    } else {
      two.setBuildThreads(2);
    }
    fill(two, seed);
    assert.deepEqual(two.save(), one.save());
    for (const threads of [0, 65])
      assert.throws(() => two.setBuildThreads(threads), invalid(`buildThreads is ${threads}`));
    for (const threads of [-1, 1.5, '2', undefined])
      assert.throws(() => two.setBuildThreads(threads), invalid('threads'));
    one.dispose();
    two.dispose();
  });

  test(`${target}: a store opens with the threads that its engine has`, async (t) => {
    const seed = seedFor(t, 44);
    const snapshots = [];
    for (const buildThreads of [1, 3]) {
      const store = await openPatternStore({
        ...OPTIONS,
        buildThreads,
        preferredBackend: target === 'native' ? target : `wasm-${target}`,
        fallback: false,
        configFile: false,
        env: {},
      });
      const has = target === 'native' ? buildThreads : 1;
      assert.equal(store.getImplementationInfo().buildThreads, has);
      const next = random(seed);
      for (let i = 0; i < 150; ++i)
        await store.storePattern({ ...pattern(`p${i}`), embedding: randomVector(next, 16) });
      snapshots.push(await store.snapshot());
      await store.shutdown();
    }
    assert.deepEqual(snapshots[0], snapshots[1]);
    await assert.rejects(openPatternStore({ buildThreads: 65, env: {} }), invalid('buildThreads'));
  });
}
