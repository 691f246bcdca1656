import assert from 'node:assert/strict';
import test from 'node:test';
import { invalid, load, pattern, random, randomVector, seedFor, targets } from './support.mjs';

for (const target of targets) {
  const engine = await load(target);

  test(`${target}: MMR passes over duplicates and keeps the scores`, () => {
    const store = engine.createStore({ dimension: 2 });
    store.upsert(pattern('best'), [1, 0]);
    store.upsert(pattern('copy'), [1, 0]);
    store.upsert(pattern('other'), [0.8, 0.6]);
    const query = [1, 0];
    const ids = (options) => store.search(query, { k: 2, ...options }).hits.map(({ id }) => id);
    assert.deepEqual(ids({}), ['best', 'copy']);
    assert.deepEqual(ids({ mmrLambda: 1 }), ['best', 'copy']);
    assert.deepEqual(ids({ mmrLambda: 0.4 }), ['best', 'other']);
    assert.deepEqual(ids({ mmrLambda: 0.4, mmrPool: 2 }), ['best', 'copy']);
    const plain = store.search(query).hits.find(({ id }) => id === 'other');
    assert.deepEqual(store.search(query, { k: 2, mmrLambda: 0.4 }).hits[1], plain);
    const { slots } = store.searchSlots(query, { k: 2, mmrLambda: 0.4 });
    assert.deepEqual([...slots], [0, 2]);
    store.dispose();
  });

  test(`${target}: with lambda 1 MMR is the plain ranking`, (t) => {
    const next = random(seedFor(t, 51));
    const store = engine.createStore({ dimension: 16, hnsw: { m: 8, efConstruction: 40 } });
    for (let i = 0; i < 600; ++i)
      store.upsert(pattern(`p${i}`, { domain: `d${i % 2}` }), randomVector(next, 16));
    for (const options of [{}, { exact: true }, { domain: 'd1' }, { k: 25, ef: 120 }]) {
      const query = randomVector(next, 16);
      const plain = store.search(query, options).hits;
      assert.deepEqual(store.search(query, { ...options, mmrLambda: 1 }).hits, plain);
      const diverse = store.search(query, { ...options, mmrLambda: 0 }).hits;
      assert.equal(diverse.length, plain.length);
      assert.notDeepEqual(diverse, plain);
    }
    store.dispose();
  });

  test(`${target}: MMR's options are checked`, () => {
    const store = engine.createStore({ dimension: 1 });
    const search = (options) => () => store.search([1], options);
    assert.throws(search({ mmrLambda: 1.5 }), invalid('mmrLambda is 1.5'));
    assert.throws(search({ mmrLambda: -1 }), invalid('within [0, 1]'));
    assert.throws(search({ mmrLambda: NaN }), invalid('mmrLambda is nan'));
    assert.throws(search({ mmrLambda: '1' }), invalid('options.mmrLambda must be a number'));
    assert.throws(search({ mmrPool: 20 }), invalid('mmrPool is given'));
    assert.throws(search({ mmrLambda: 1, mmrPool: 9 }), invalid('mmrPool is 9'));
    assert.throws(search({ mmrLambda: 1, mmrPool: 1.5 }), invalid('options.mmrPool must be an'));
    store.dispose();
  });
}
