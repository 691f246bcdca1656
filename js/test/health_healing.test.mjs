import assert from 'node:assert/strict';
import test from 'node:test';
import { backends, openOn, patterns } from './open_support.mjs';
import { random, randomVector, seedFor } from './support.mjs';

const DIMENSION = 16;
const COUNT = 1600;
const config = {
  ...{ dimension: DIMENSION, indexingThreshold: 64 },
  hnsw: { m: 8, efConstruction: 40, efSearch: 40 },
};

/** The background keeps no process from its end; a test that waits for it does. */
async function until(what, condition) {
  for (let i = 0; !(await condition()); ++i) {
    assert.ok(i < 1000, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const backend of backends) {
  const churned = async (t, fields) => {
    const seed = seedFor(t, 51);
    const store = await openOn(backend, { ...config, ...fields });
    await store.storeBatch(patterns(COUNT, DIMENSION, seed));
    for (let i = 0; i < COUNT; i += 3) await store.deletePattern(`pattern-${i}`);
    const next = random(seed + 1);
    const queries = Array.from({ length: 20 }, () => randomVector(next, DIMENSION));
    const exactly = () =>
      Promise.all(queries.map((query) => store.searchSimilar(query, { exact: true })));
    return { store, queries, exactly, live: COUNT - Math.ceil(COUNT / 3) };
  };
  const slotsOf = async (store) => (await store.getStats()).slots;

  test(`${backend}: auto gives back what churn has left, while searches go on`, async (t) => {
    const events = [];
    const { store, queries, exactly, live } = await churned(t, {
      onHealth: (event) => events.push(event),
    });
    const before = await exactly();
    await until('a compaction', async () => {
      for (const query of queries) assert.equal((await store.searchSimilar(query)).length, 10);
      return events.some(({ kind }) => kind === 'action');
    });
    assert.equal(await slotsOf(store), live);
    assert.deepEqual(await exactly(), before);
    const [action] = await store.healingActions();
    assert.equal(action.kind, 'compact');
    assert.equal(action.outcome, 'kept');
    assert.equal(action.after.unreachable, 0);
    assert.ok(action.after.recall >= action.before.recall - 0.02);
    assert.ok(action.cost.peakBytes > 0 && action.cost.busyMs > 0);
    assert.deepEqual(events[0], { kind: 'action', action });
    await store.shutdown();
  });

  test(`${backend}: suggest says so and does nothing, off neither`, async (t) => {
    const { store } = await churned(t, { healing: 'suggest' });
    const off = await churned(t, { healing: 'off' });
    await until('a suggestion', async () => {
      await off.store.searchSimilar(off.queries[0]);
      return (await store.healingActions()).length > 0;
    });
    const [{ kind, outcome, after, cost }] = await store.healingActions();
    assert.deepEqual([kind, outcome, after, cost], ['compact', 'suggested', undefined, undefined]);
    assert.equal(await slotsOf(store), COUNT);
    assert.deepEqual(await off.store.healingActions(), []);
    assert.equal(await slotsOf(off.store), COUNT);
    for (const it of [store, off.store]) await it.shutdown();
  });

  test(`${backend}: a sample tells how a graph is, and optimize() keeps its links`, async (t) => {
    const { store, exactly, live } = await churned(t, { healing: 'off' });
    const before = await exactly();
    await store.heal();
    await store.deletePattern('pattern-1');
    await store.heal();
    const sample = (await store.healthHistory()).at(-1);
    assert.equal(sample.count, live - 1);
    assert.equal(sample.census.live, live - 1);
    assert.equal(sample.census.unreachable, 0);
    await store.storePattern(patterns(2, DIMENSION, 51)[1]);
    await store.optimize();
    assert.equal(await slotsOf(store), live);
    assert.deepEqual(
      (await exactly()).map((results) => results.map(({ score }) => score)),
      before.map((results) => results.map(({ score }) => score)),
    );
    await store.shutdown();
  });

  test(`${backend}: a store that is shut down while it heals has done what it was told`, async (t) => {
    const { store } = await churned(t, {});
    const heal = store.heal().catch((error) => error.code);
    await store.shutdown();
    const result = await heal;
    assert.ok(result === 'DISPOSED' || Array.isArray(result), JSON.stringify(result));
  });

  test(`${backend}: searches that give an ef keep it, whatever holds the targets`, async (t) => {
    const { store, queries } = await churned(t, {
      ...{ targets: { recall: 0.9, p99Ms: 1000 }, efControl: 'fixed', healing: 'off' },
    });
    const own = await store.searchSimilar(queries[0], { k: 5, ef: 500 });
    const exact = await store.searchSimilar(queries[0], { k: 5, exact: true });
    assert.deepEqual(own, exact);
    await store.heal();
    assert.equal((await store.healthHistory()).at(-1).ef, 40);
    await store.shutdown();
  });
}
