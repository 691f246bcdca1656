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
    const { prepared, ...progress } = store.rebuildProgress;
    assert.deepEqual(progress, { done: 0, total: 241 });
    assert.ok(prepared || target === 'native');
    assert.equal(store.stepRebuild(20), false);
    store.recordUsage('p1', 'flaky', 8);
    const late = randomVector(next, 16);
    store.upsert(pattern('late'), late);
    assert.deepEqual(store.search(late, { k: 1 }).hits, [{ id: 'late', score: 1 }]);
    assert.throws(() => store.finishRebuild(), refused('the rebuild has come to'));
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

  test(`${target}: a compaction drops the tombstones, and every pattern can be reached`, (t) => {
    const next = random(seedFor(t, 42));
    const store = engine.createStore({ ...OPTIONS, indexingThreshold: 50 });
    for (let i = 0; i < 400; ++i) store.upsert(pattern(`p${i}`), randomVector(next, 16));
    for (let i = 0; i < 400; i += 3) store.remove(`p${i}`);
    const queries = Array.from({ length: 5 }, () => randomVector(next, 16));
    const answers = () => queries.map((it) => store.search(it, { k: 60, exact: true }).hits);
    const before = answers();
    const census = censusOf(store, 33);
    assert.equal(census.live + census.tombstones, store.stats().linked);
    assert.ok(census.tombstones > 0 && census.linksToTombstones > 0);
    assert.ok(census.linksToTombstones < census.links);
    assert.equal(census.lowInDegrees.length, 8);

    store.beginRebuild('compact');
    while (!store.stepRebuild(40));
    store.finishRebuild();
    assert.equal(store.stats().slots, store.size);
    assert.deepEqual(answers(), before);
    const after = censusOf(store, 1000);
    assert.equal(after.tombstones, 0);
    assert.equal(after.unreachable, 0);
    for (let report; (report = store.stepRepair(3)) !== undefined;)
      assert.ok(report.nodes <= 3 && report.linked <= report.nodes);
    engine.openStore(store.save()).dispose();
    store.dispose();
  });

  test(`${target}: upkeep is refused in the wrong state, and with what it does not know`, () => {
    const store = engine.createStore({ dimension: 1 });
    assert.throws(() => store.beginRebuild('anew'), invalid("kind must be 'relink' or 'compact'"));
    assert.throws(() => store.stepCensus(1), refused('no census is under way'));
    assert.throws(() => store.stepRepair(1), refused('no census is complete'));
    store.beginCensus();
    assert.throws(() => store.stepCensus(0), invalid('maxNodes is 0'));
    assert.throws(() => store.stepCensus(1.5), invalid('maxNodes must be an integer'));
    assert.equal(store.stepCensus(1).live, 0);
    assert.equal(store.stepRepair(1), undefined);
    store.cancelCensus();
    assert.throws(() => store.stepRepair(1), refused('no census is complete'));
    store.dispose();
  });

  test(`${target}: the parts of an exact search make up the whole`, (t) => {
    const next = random(seedFor(t, 43));
    const store = engine.createStore({ dimension: 4 });
    for (let i = 0; i < 100; ++i) store.upsert(pattern(`p${i}`), randomVector(next, 4));
    const query = randomVector(next, 4);
    const whole = store.searchSlots(query, { exact: true });
    const parts = [0, 30, 60, 90].flatMap((from) => {
      const part = store.searchSlots(query, { exact: true, slotRange: [from, from + 30] });
      assert.ok(part.slots.every((slot) => slot >= from && slot < from + 30));
      return Array.from(part.slots, (slot, i) => ({ slot, score: part.scores[i] }));
    });
    parts.sort((a, b) => b.score - a.score || a.slot - b.slot);
    assert.deepEqual(
      parts.slice(0, 10).map(({ slot }) => slot),
      [...whole.slots],
    );
    const search = (slotRange, exact = true) => store.searchSlots(query, { exact, slotRange });
    assert.throws(() => search([0, 5], false), invalid('slotRange is given'));
    assert.throws(() => search([5, 4]), invalid('slotRange is from 5 to 4'));
    assert.throws(() => search([5]), invalid('slotRange must be an array of two numbers'));
    assert.throws(() => search([0, -1]), invalid('slotRange[1] must be an integer'));
    store.dispose();
  });
}

function censusOf(store, maxNodes) {
  store.beginCensus();
  for (;;) {
    const found = store.stepCensus(maxNodes);
    if (found !== undefined) return found;
  }
}
