import assert from 'node:assert/strict';
import test from 'node:test';
import { invalid, load, pattern, random, randomVector, refusal, seedFor } from './support.mjs';
import { targets } from './support.mjs';

const OPTIONS = { dimension: 16, hnsw: { m: 6, efConstruction: 30 } };
const refused = (part) => refusal('InvalidStateError', 'INVALID_STATE', part);

for (const target of targets) {
  const engine = await load(target);

  test(`${target}: a rebuild drops the tombstones and keeps the rest`, (t) => {
    const next = random(seedFor(t, 41));
    const store = engine.createStore(OPTIONS);
    for (let i = 0; i < 120; ++i) store.upsert(pattern(`p${i % 90}`), randomVector(next, 16));
    for (let i = 0; i < 90; i += 3) store.remove(`p${i}`);
    store.recordUsage('p1', 'success', 7);
    const queries = Array.from({ length: 5 }, () => randomVector(next, 16));
    const answers = () => queries.map((it) => store.search(it, { k: 60, exact: true }).hits);
    const before = answers();
    const { sequence, slots } = store.stats();
    assert.equal(slots, 120);

    assert.equal(store.rebuildProgress, undefined);
    store.beginRebuild();
    assert.deepEqual(store.rebuildProgress, { done: 0, total: 120 });
    assert.equal(store.stepRebuild(20), false);
    store.recordUsage('p1', 'flaky', 8);
    const late = randomVector(next, 16);
    store.upsert(pattern('late'), late);
    assert.deepEqual(store.search(late, { k: 1 }).hits, [{ id: 'late', score: 1 }]);
    assert.throws(() => store.finishRebuild(), refused('of 121'));
    while (!store.stepRebuild(20));
    store.finishRebuild();
    assert.equal(store.rebuildProgress, undefined);

    assert.equal(store.stats().slots, 61);
    assert.equal(store.stats().sequence, sequence + 2);
    assert.equal(store.get('p1').lastUsed, 8);
    assert.equal(store.get('p1').usageCount, 2);
    assert.equal(store.remove('late'), true);
    assert.deepEqual(answers(), before);
    engine.openStore(store.save()).dispose();
    store.dispose();
  });

  test(`${target}: a rebuild is refused in the wrong state, and can be cancelled`, () => {
    const store = engine.createStore({ dimension: 1 });
    store.upsert(pattern('a'), [1]);
    assert.throws(() => store.stepRebuild(1), refused('no rebuild is under way'));
    assert.throws(() => store.finishRebuild(), refused('no rebuild is under way'));
    const snapshot = store.save();
    store.beginRebuild();
    assert.throws(() => store.beginRebuild(), refused('a rebuild is under way'));
    assert.throws(() => store.stepRebuild(0), invalid('maxPatterns is 0'));
    assert.throws(() => store.stepRebuild(-1), invalid('maxPatterns must be an integer'));
    assert.throws(() => store.stepRebuild(), invalid('maxPatterns must be an integer'));
    assert.equal(store.stepRebuild(5), true);
    store.cancelRebuild();
    store.cancelRebuild();
    assert.deepEqual(store.save(), snapshot);
    store.dispose();
  });
}
