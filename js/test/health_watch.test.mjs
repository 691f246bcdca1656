import assert from 'node:assert/strict';
import test from 'node:test';
import { answered, check } from '../lib/health/exact.js';
import { briskly, paceOf } from '../lib/health/pace.js';
import { probe, randomSlot } from '../lib/health/probe.js';
import { randomOf } from '../lib/health/random.js';
import { Watch } from '../lib/health/watch.js';
import { FakeClock } from './health_fake.mjs';
import { load, pattern, random, randomVector, seedFor, targets } from './support.mjs';

const DIMENSION = 24;
const COUNT = 1500;
const EF = 10;
const pace = briskly('native');

for (const target of targets) {
  const engine = await load(target);

  /** A graph that is too thin to find everything. */
  const thinGraph = (next) => {
    const hnsw = { m: 4, efConstruction: 4, efSearch: EF };
    const store = engine.createStore({ dimension: DIMENSION, hnsw, indexingThreshold: 32 });
    for (let i = 0; i < COUNT; ++i) store.upsert(pattern(`p${i}`), randomVector(next, DIMENSION));
    return store;
  };
  const sampleOf = (store, query, options = {}) =>
    answered(store, query, EF, options, store.searchSlots(query, options));
  const truth = (store, query, options) =>
    new Set(store.search(query, { ...options, exact: true }).hits.map(({ id }) => id));

  test(`${target}: repeating a search shows what it has missed`, async (t) => {
    const next = random(seedFor(t, 31));
    const store = thinGraph(next);
    const shapes = [{}, { k: 3 }, { k: 40, ef: 40 }, { threshold: 0.3 }, { domain: 'testing' }];
    let missed = 0;
    for (let i = 0; i < 60; ++i) {
      const query = randomVector(next, DIMENSION);
      const options = shapes[i % shapes.length];
      const { hits, report } = store.search(query, options);
      if (report.exact) continue;
      const wanted = truth(store, query, options);
      const checked = await check(sampleOf(store, query, options), pace);
      const found = hits.filter(({ id }) => wanted.has(id)).length;
      assert.deepEqual([checked.hits, checked.trials], [found, wanted.size]);
      missed += checked.trials - checked.hits;
    }
    assert.ok(missed > 20, `${missed} results were missed: too few to show anything`);
    // Dynamic k: as many true results as were given.
    const query = randomVector(next, DIMENSION);
    const given = store.search(query, { k: 20, minK: 5 }).hits.length;
    const dynamic = await check(sampleOf(store, query, { k: 20, minK: 5 }), pace);
    assert.equal(dynamic.trials, given);
    store.dispose();
  });

  test(`${target}: what says nothing of the graph is not repeated`, (t) => {
    const next = random(seedFor(t, 32));
    const store = thinGraph(next);
    const query = randomVector(next, DIMENSION);
    assert.ok(sampleOf(store, query));
    assert.equal(sampleOf(store, query, { exact: true }), undefined);
    assert.equal(sampleOf(store, query, { mmrLambda: 0.5 }), undefined);
    assert.equal(sampleOf(store, query, { k: 101, ef: 101 }), undefined);
    store.stage(pattern('staged'), query);
    assert.equal(sampleOf(store, query), undefined);
    store.discardStaged();
    store.dispose();
  });

  test(`${target}: later patterns do not count, and a removal drops the sample`, async (t) => {
    const next = random(seedFor(t, 33));
    const store = thinGraph(next);
    const query = randomVector(next, DIMENSION);
    const before = await check(sampleOf(store, query), pace);
    const sample = sampleOf(store, query);
    // Better than all that was there.
    for (let i = 0; i < 40; ++i) store.upsert(pattern(`late${i}`), query);
    const after = await check(sample, pace);
    assert.deepEqual([after.hits, after.trials], [before.hits, before.trials]);
    const removed = sampleOf(store, query);
    store.remove('late3');
    assert.ok((await check(removed, pace)).isDropped);
    const replaced = sampleOf(store, query);
    store.upsert(pattern('late4'), randomVector(next, DIMENSION));
    assert.ok((await check(replaced, pace)).isDropped);
    const gone = sampleOf(store, query);
    store.dispose();
    assert.ok((await check(gone, pace)).isDropped);
  });

  test(`${target}: the estimate holds the true recall`, async (t) => {
    const next = random(seedFor(t, 34));
    const store = thinGraph(next);
    const clock = new FakeClock();
    const watch = new Watch(() => store, clock, randomOf(35), EF);
    const recalls = [];
    for (let i = 0; i < 400; ++i) {
      const query = randomVector(next, DIMENSION);
      const result = store.searchSlots(query);
      watch.searched(0.05, store, query, EF, {}, result);
      const wanted = new Set(store.searchSlots(query, { exact: true }).slots);
      recalls.push([...result.slots].filter((slot) => wanted.has(slot)).length / 10);
      if (i % 4 < 3) continue;
      await clock.advance(100_000);
      await watch.checkWaiting(pace);
    }
    const recall = recalls.reduce((sum, it) => sum + it, 0) / recalls.length;
    const estimate = watch.reading().recall;
    t.diagnostic(`true ${recall}, estimated ${JSON.stringify(estimate)}`);
    assert.ok(recall < 0.98, 'a graph that misses nothing shows nothing');
    assert.ok(estimate.low <= recall && recall <= estimate.high);
    assert.ok(estimate.high - estimate.low < 0.1);
    assert.equal(watch.questions.length, 32);
    const missed = watch.takeMissed();
    assert.ok(missed.every(({ ef, trials }) => ef === EF && trials === 10));
    assert.deepEqual(watch.takeMissed(), []);
    store.dispose();
  });

  test(`${target}: a check that is dropped halfway is paid for, and no round is without end`, async (t) => {
    const next = random(seedFor(t, 38));
    const store = thinGraph(next);
    const query = randomVector(next, DIMENSION);
    const watch = new Watch(() => store, new FakeClock(), randomOf(39), EF);
    const ask = () => watch.searched(0.05, store, query, EF, {}, store.searchSlots(query));
    let pauses = 0;
    const sliced = paceOf(0, async () => {
      // More to check comes while it checks, and what it checks is removed; both without end.
      pauses += 1;
      assert.ok(pauses < 1000, 'no end');
      store.remove(`p${pauses}`);
      ask();
      const end = performance.now() + 1;
      while (performance.now() < end);
    });
    const { searchSlots } = store;
    let busyMs = 0;
    store.searchSlots = (its, options = {}) => {
      if (!options.exact) return searchSlots.call(store, its, options);
      const end = performance.now() + 10;
      while (performance.now() < end);
      busyMs += 10;
      const [from, to] = options.slotRange;
      return searchSlots.call(store, its, {
        ...options,
        slotRange: [from, Math.min(to, from + 9)],
      });
    };
    for (let i = 0; i < 8; ++i) ask();
    assert.ok(watch.hasWaiting);
    for (let i = 0; i < 20; ++i) await watch.checkWaiting(sliced);
    t.diagnostic(`${busyMs} ms were spent`);
    assert.ok(busyMs > 0 && busyMs <= 60, 'no more than the credit, and what was under way');
    delete store.searchSlots;
    store.dispose();
  });

  test(`${target}: patterns are searched for by their own embeddings`, (t) => {
    const next = random(seedFor(t, 36));
    const store = thinGraph(next);
    for (let i = 0; i < COUNT; i += 2) store.remove(`p${i}`);
    const its = randomOf(37);
    const slots = Array.from({ length: 200 }, () => randomSlot(store, its));
    assert.ok(slots.every((slot) => slot % 2 === 1 && store.idOf(slot) !== undefined));
    assert.ok(new Set(slots).size > 100);
    let missed = 0;
    for (const slot of slots) {
      const seen = probe(store, slot, EF);
      if (seen === undefined) continue;
      const hits = store.searchSlots(store.embeddingAt(slot), { k: 10, ef: EF }).slots;
      assert.equal(seen.found, hits.includes(slot));
      missed += Number(!seen.found);
    }
    t.diagnostic(`${missed} of ${slots.length} missed`);
    // Of many with the same embedding, each is as good as the pattern itself.
    const same = engine.createStore({ dimension: 2, indexingThreshold: 8 });
    for (let i = 0; i < 200; ++i) same.upsert(pattern(`s${i}`), [1, 0]);
    for (let slot = 0; slot < 160; slot += 20) assert.notEqual(probe(same, slot, EF)?.found, false);
    assert.equal(randomSlot(engine.createStore({ dimension: 2 }), its), undefined);
    for (const it of [store, same]) it.dispose();
  });
}
