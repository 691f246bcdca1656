import assert from 'node:assert/strict';
import test from 'node:test';
import { limitGrowth, loadWatched, pattern, random, randomVector, refusal } from './support.mjs';
import { seedFor, wasmTargets } from './support.mjs';

const MiB = 1 << 20;
const outOfMemory = refusal('OutOfMemoryError', 'OUT_OF_MEMORY', '');

/** Upserts until memory is exhausted; how many were stored. */
function fill(store, next) {
  const { dimension } = store.options;
  for (let i = 0; i < 100_000; ++i) {
    try {
      store.upsert(
        pattern(`p${i}`, { content: 'c'.repeat(20_000) }),
        randomVector(next, dimension),
      );
    } catch (error) {
      assert.ok(outOfMemory(error));
      return i;
    }
  }
  throw new Error('the memory was not exhausted');
}

for (const target of wasmTargets) {
  test(`${target}: views stay valid while inserts grow the memory`, async (t) => {
    const next = random(seedFor(t, 21));
    const { engine, memory } = await loadWatched(target);
    const store = engine.createStore({ dimension: 64, precision: 'float32', metric: 'dot' });
    const first = randomVector(next, 64);
    store.upsert(pattern('first'), first);
    const held = store.embedding('first');
    const hits = store.searchSlots(first);
    const before = memory.buffer.byteLength;
    let grown = 0;
    for (let i = 0; grown < 4; ++i) {
      const bytes = memory.buffer.byteLength;
      const vector = randomVector(next, 64);
      store.upsert(pattern(`p${i}`, { content: 'x'.repeat(400_000) }), vector);
      assert.deepEqual(store.embedding(`p${i}`), vector);
      if (memory.buffer.byteLength !== bytes) ++grown;
    }
    assert.ok(memory.buffer.byteLength > before);
    assert.deepEqual(held, first);
    assert.equal(hits.slots[0], 0);
    assert.deepEqual(store.embedding('first'), first);
    assert.equal(store.get('p0').content.length, 400_000);
    store.dispose();
  });

  test(`${target}: 200 stores made and disposed of leave no memory behind`, async (t) => {
    const next = random(seedFor(t, 22));
    const { engine, memory } = await loadWatched(target);
    const cycle = () => {
      const store = engine.createStore({ dimension: 32, hnsw: { m: 8, efConstruction: 20 } });
      for (let i = 0; i < 20; ++i)
        store.upsert(pattern(`p${i}`, { content: 'x'.repeat(2000) }), randomVector(next, 32));
      store.search(randomVector(next, 32));
      const reopened = engine.openStore(store.save());
      store.dispose();
      reopened.dispose();
    };
    for (let i = 0; i < 5; ++i) cycle();
    const settled = memory.buffer.byteLength;
    for (let i = 0; i < 200; ++i) cycle();
    assert.equal(memory.buffer.byteLength, settled);
  });

  test(`${target}: exhausted memory is a typed error, and the engine stays usable`, async (t) => {
    const next = random(seedFor(t, 23));
    const { engine, memory } = await loadWatched(target);
    limitGrowth(memory, 32 * MiB);
    const options = { dimension: 128, hnsw: { m: 8, efConstruction: 20 } };
    const store = engine.createStore(options);
    const stored = fill(store, next);
    assert.ok(stored > 20, `only ${stored} fitted`);
    assert.equal(store.size, stored);
    assert.equal(store.contains(`p${stored}`), false);
    assert.equal(store.get(`p${stored - 1}`).content.length, 20_000);

    for (let i = 0; i < 10; ++i) assert.equal(store.remove(`p${i}`), true);
    const vector = randomVector(next, 128);
    store.upsert(pattern('fits again'), vector);
    assert.equal(store.search(vector, { k: 1 }).hits[0].id, 'fits again');
    assert.equal(store.size, stored - 9);
    store.dispose();

    const another = engine.createStore(options);
    assert.ok(fill(another, next) > 20);
    another.dispose();
  });

  test(`${target}: what does not fit is refused before anything is written`, async () => {
    const { engine, memory } = await loadWatched(target);
    limitGrowth(memory, 24 * MiB);
    const store = engine.createStore({ dimension: 2 });
    const huge = new Uint8Array(64 * MiB);
    assert.throws(() => engine.openStore(huge), outOfMemory);
    assert.throws(() => engine.inspectSnapshot(huge), outOfMemory);
    assert.throws(
      () => store.upsert(pattern('a', { content: 'x'.repeat(15 * MiB) }), [1, 2]),
      outOfMemory,
    );
    assert.equal(store.size, 0);
    const snapshot = store.save();
    for (let i = 0; i < 30; ++i) {
      const stores = [];
      assert.throws(() => {
        for (;;) stores.push(engine.openStore(snapshot));
      }, outOfMemory);
      for (const opened of stores) opened.dispose();
    }
    store.upsert(pattern('a'), [1, 2]);
    assert.equal(store.search([1, 2]).hits[0].id, 'a');
    store.dispose();
  });

  test(`${target}: addresses above 2 GiB work in every call`, async (t) => {
    const next = random(seedFor(t, 24));
    const { engine, memory, raw } = await loadWatched(target);
    // Reserved, never touched: what is allocated from now on lies above.
    const hog = raw._malloc(2 ** 31 - 2 ** 17) >>> 0;
    assert.ok(hog > 0);
    while (raw._malloc(64 * 1024) >>> 0 < 2 ** 31);
    const store = engine.createStore({ dimension: 48, precision: 'float32', metric: 'dot' });
    const vectors = Array.from({ length: 300 }, () => randomVector(next, 48));
    const content = 'ü'.repeat(50_000);
    vectors.forEach((vector, i) => store.upsert(pattern(`p${i}`, { content }), vector));
    assert.ok(memory.buffer.byteLength > 2 ** 31);
    assert.ok(raw.reserveInput(2 ** 20) > 2 ** 31);
    assert.equal(store.get('p7').content, content);
    assert.deepEqual(store.embedding('p299'), vectors[299]);
    assert.equal(store.recordUsage('p7', 'flaky', 12), true);
    assert.equal(store.remove('p8'), true);
    const query = randomVector(next, 48);
    const { hits } = store.search(query, { k: 20, type: 'unit', exact: true });
    assert.equal(hits.length, 20);
    assert.throws(() => store.search(query, { k: 0 }), { message: /k is 0/ });
    const bytes = store.save();
    assert.equal(engine.inspectSnapshot(bytes).live, 299);
    const reopened = engine.openStore(bytes);
    assert.deepEqual(reopened.search(query, { k: 20, exact: true }).hits, hits);
    assert.deepEqual(reopened.stats().count, 299);
    reopened.clear();
    reopened.dispose();
    store.dispose();
  });
}
