import assert from 'node:assert/strict';
import test from 'node:test';
import { invalid, load, pattern, random, randomVector, refusal, seedFor } from './support.mjs';
import { targets } from './support.mjs';

const OPTIONS = { dimension: 8, hnsw: { m: 6, efConstruction: 30 } };
const refused = refusal('InvalidStateError', 'INVALID_STATE', 'is refused with 1 staged');

for (const target of targets) {
  const engine = await load(target);

  test(`${target}: a batch is seen when it is committed, and then as if upserted`, (t) => {
    const next = random(seedFor(t, 31));
    const vectors = Array.from({ length: 60 }, () => randomVector(next, 8));
    const [batched, plain] = [engine.createStore(OPTIONS), engine.createStore(OPTIONS)];
    for (const store of [batched, plain])
      for (let i = 0; i < 30; ++i) store.upsert(pattern(`p${i}`), vectors[i]);
    for (let i = 20; i < 60; ++i) {
      const changed = pattern(`p${i % 50}`, { content: 'changed' });
      batched.stage(changed, vectors[i]);
      plain.upsert(changed, vectors[i]);
    }
    assert.equal(batched.stagedCount, 40);
    assert.equal(batched.size, 30);
    assert.equal(batched.contains('p40'), false);
    assert.equal(batched.get('p25').content, 'content of p25');
    assert.equal(batched.search(vectors[40], { k: 50 }).hits.length, 30);
    batched.commitStaged();
    assert.equal(batched.stagedCount, 0);
    assert.deepEqual(batched.save(), plain.save());
    batched.dispose();
    plain.dispose();
  });

  test(`${target}: a discarded batch changes nothing that can be seen`, () => {
    const store = engine.createStore({ dimension: 2 });
    store.upsert(pattern('a'), [1, 0]);
    store.stage(pattern('a', { content: 'new' }), [0, 1]);
    store.stage(pattern('b'), [0, 1]);
    assert.throws(() => store.stage(pattern('c'), [1]), invalid('embedding has 1 components'));
    assert.throws(() => store.stage({ id: 'c' }, [1, 2]), invalid('pattern.type is missing'));
    assert.equal(store.stagedCount, 2);
    store.discardStaged();
    assert.equal(store.stagedCount, 0);
    assert.equal(store.get('a').content, 'content of a');
    assert.deepEqual(store.search([0, 1]).hits, [{ id: 'a', score: 0 }]);
    assert.equal(store.stats().sequence, 1);
    store.commitStaged();
    assert.equal(store.size, 1);
    store.dispose();
  });

  test(`${target}: save and clear are refused while something is staged`, () => {
    const store = engine.createStore({ dimension: 2 });
    store.stage(pattern('a'), [1, 0]);
    assert.throws(() => store.save(), refused);
    assert.throws(() => store.saveChunks(), refused);
    assert.throws(() => store.clear(), refused);
    store.commitStaged();
    assert.equal(engine.openStore(store.save()).size, 1);
    store.clear();
    assert.equal(store.size, 0);
    store.dispose();
  });
}
