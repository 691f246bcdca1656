import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { load, pattern, random, randomVector, refusal, seedFor, targets } from './support.mjs';

const engines = Object.fromEntries(
  await Promise.all(targets.map(async (target) => [target, await load(target)])),
);
const snapshotError = (code) => refusal('SnapshotError', code, '');

/** A store after a scripted history of inserts, updates, removals and uses. */
function grow(engine, seed, options) {
  const next = random(seed);
  const store = engine.createStore({ hnsw: { m: 8, efConstruction: 60 }, ...options });
  const { dimension } = store.options;
  for (let i = 0; i < 300; ++i) {
    const id = `p${i % 250}`;
    store.upsert(pattern(id, { domain: `d${i % 3}`, createdAt: i }), randomVector(next, dimension));
    if (i % 7 === 0) store.remove(`p${Math.floor(i / 2)}`);
    if (i % 5 === 0) store.recordUsage(id, ['success', 'failure', 'flaky'][i % 3], 1000 + i);
  }
  return store;
}

for (const metric of ['cosine', 'euclidean', 'dot'])
  for (const precision of ['fixed16', 'float32'])
    test(`${metric}, ${precision}: every engine agrees to the last bit`, (t) => {
      const seed = seedFor(t, 101);
      const options = { dimension: 45, metric, precision, seed };
      const stores = targets.map((target) => grow(engines[target], seed, options));
      const next = random(seed + 1);
      for (let i = 0; i < 40; ++i) {
        const query = randomVector(next, 45);
        const search = i % 2 ? { k: 9, ef: 12 } : { k: 5, domain: 'd1' };
        const [first, ...others] = stores.map((store) => store.search(query, search));
        for (const other of others) assert.deepEqual(other, first);
        assert.ok(first.hits.length > 0);
      }
      const [first, ...others] = stores.map((store) => store.save());
      for (const other of others) assert.deepEqual(other, first);
      for (const store of stores) store.dispose();
    });

for (const writer of targets)
  for (const reader of targets)
    test(`what ${writer} wrote, ${reader} reads and writes again byte for byte`, (t) => {
      const seed = seedFor(t, 102);
      const written = grow(engines[writer], seed, { dimension: 24, precision: 'float32' });
      const bytes = written.save();
      const read = engines[reader].openStore(bytes);
      assert.deepEqual(read.options, written.options);
      assert.equal(read.size, written.size);
      assert.deepEqual(read.save(), bytes);
      for (let slot = read.nextSlot(0); slot !== undefined; slot = read.nextSlot(slot + 1)) {
        assert.deepEqual(read.patternAt(slot), written.patternAt(slot));
        assert.deepEqual(read.embeddingAt(slot), written.embeddingAt(slot));
      }
      const query = randomVector(random(seed), 24);
      assert.deepEqual(read.search(query), written.search(query));
      read.upsert(pattern('after reopening'), query);
      assert.equal(read.search(query, { k: 1 }).hits[0].id, 'after reopening');
      written.dispose();
      read.dispose();
    });

for (const target of targets) {
  const engine = engines[target];

  test(`${target}: chunks of at most 1 MiB make up the snapshot, and stay the caller's`, () => {
    const store = engine.createStore({ dimension: 4 });
    const content = 'z'.repeat(3_000_000);
    store.upsert(pattern('large', { content }), [1, 2, 3, 4]);
    const chunks = store.saveChunks();
    const copies = chunks.map((chunk) => chunk.slice());
    assert.ok(chunks.length >= 3);
    assert.ok(chunks.every((chunk) => chunk.byteLength <= 1 << 20));
    store.upsert(pattern('another', { content: content + content }), [4, 3, 2, 1]);
    assert.deepEqual(chunks, copies);
    const reopened = engine.openStore(Buffer.concat(chunks));
    assert.equal(reopened.get('large').content, content);
    reopened.dispose();
    store.dispose();
  });

  test(`${target}: inspectSnapshot tells what is in it`, () => {
    const store = grow(engine, 5, { dimension: 12, seed: 2n ** 60n });
    const bytes = store.save();
    const info = engine.inspectSnapshot(bytes);
    assert.equal(info.fileBytes, bytes.byteLength);
    assert.deepEqual(info.options, store.options);
    assert.equal(info.live, store.size);
    assert.equal(info.slots, store.stats().slots);
    assert.equal(info.sequence, store.stats().sequence);
    assert.match(info.contentHash, /^[0-9a-f]{32}$/);
    assert.equal(info.sections[0].name, 'META');
    for (const section of info.sections) {
      assert.match(section.checksum, /^[0-9a-f]{16}$/);
      assert.ok(section.offset + section.length <= bytes.byteLength);
    }
    store.dispose();
  });

  test(`${target}: truncated, damaged and foreign bytes are refused, and the engine lives on`, () => {
    const store = grow(engine, 6, { dimension: 6 });
    const bytes = store.save();
    for (const length of [0, 1, 7, 8, 100, bytes.length >> 1, bytes.length - 1])
      for (const read of ['openStore', 'inspectSnapshot'])
        assert.throws(
          () => engine[read](bytes.subarray(0, length)),
          (error) => error.name === 'SnapshotError' && error.code !== 'SNAPSHOT_TOO_NEW',
        );
    assert.throws(
      () => engine.openStore(bytes.subarray(0, -1)),
      snapshotError('SNAPSHOT_TRUNCATED'),
    );
    assert.throws(() => engine.openStore(new Uint8Array(5000)), snapshotError('NOT_A_SNAPSHOT'));
    const damaged = bytes.slice();
    damaged[damaged.length - 3] ^= 1;
    assert.throws(() => engine.openStore(damaged), snapshotError('SNAPSHOT_CORRUPT'));
    assert.throws(() => engine.inspectSnapshot(damaged), snapshotError('SNAPSHOT_CORRUPT'));
    assert.equal(engine.openStore(bytes).size, store.size);
    store.dispose();
  });

  test(`${target}: a snapshot is taken from any buffer or view`, () => {
    const store = grow(engine, 7, { dimension: 3 });
    const bytes = store.save();
    const framed = new Uint8Array(bytes.length + 5);
    framed.set(bytes, 2);
    const view = new DataView(framed.buffer, 2, bytes.length);
    for (const source of [bytes, bytes.slice().buffer, Buffer.from(bytes), view]) {
      const opened = engine.openStore(source);
      assert.equal(opened.size, store.size);
      opened.dispose();
    }
    store.dispose();
  });
}

test('the example in docs/format.md is what is written', async () => {
  const page = await readFile(new URL('../../docs/format.md', import.meta.url), 'utf8');
  const hnsw = { m: 4, efConstruction: 16, efSearch: 8 };
  const snapshot = engines.native.createStore({ dimension: 2, hnsw, seed: 7 }).save();
  const rows = [...page.matchAll(/^([0-9a-f]{8}): ((?:[0-9a-f]{2,4} )+)/gm)];
  assert.ok(rows.length > 8);
  for (const [, offset, digits] of rows) {
    const at = parseInt(offset, 16);
    const bytes = Buffer.from(digits.replaceAll(' ', ''), 'hex');
    assert.deepEqual(Buffer.from(snapshot.subarray(at, at + 16)), bytes, offset);
  }
  assert.ok(page.includes(`7) is ${snapshot.length} bytes`));
});
