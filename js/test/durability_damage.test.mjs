// Damage to what is stored: every bit of a small store's snapshot and journal flipped, every file cut
// at every offset or taken away. A typed error, or exactly the store without the writes that the
// damage has hit, and the report says so.
import assert from 'node:assert/strict';
import test from 'node:test';
import { DamaskError, MemoryStorage } from '../lib/index.js';
import { contentOf, DIMENSION, hnsw, make, Model, patternOf } from './model.mjs';
import { openOn } from './open_support.mjs';
import { load, random, seedFor } from './support.mjs';

const CODES = [
  ...['NOT_A_SNAPSHOT', 'SNAPSHOT_TRUNCATED', 'SNAPSHOT_CORRUPT', 'SNAPSHOT_TOO_NEW'],
  ...['JOURNAL_CORRUPT', 'JOURNAL_MISMATCH'],
];
const SNAPSHOT = 'snapshot-000000000001.damask';
const PARTS = ['journal-000000000001-000001.damask', 'journal-000000000001-000002.damask'];
const HEADER = 48;
const CHANGES = [
  { kind: 'store', patterns: [patternOf('a', 1)] },
  { kind: 'store', patterns: [patternOf('b', 2), patternOf('c', 3)] },
  { kind: 'use', id: 'a' },
  { kind: 'delete', id: 'b' },
];

/** A store of two sessions whose second part has the last frame, and what it held after each write. */
async function made() {
  const storage = new AppendingStorage();
  const model = new Model();
  const states = [];
  const ends = [];
  const change = async (store, it) => {
    await make(store, it);
    model.apply(it);
    states.push(String(model));
    ends.push(storage.journal().byteLength);
  };
  const config = { dimension: DIMENSION, hnsw, precision: 'float32', storage };
  const first = await openOn('native', config);
  states.push(String(model));
  ends.push(storage.journal().byteLength);
  for (const it of CHANGES.slice(0, -1)) await change(first, it);
  await first.shutdown();
  const second = await openOn('native', config);
  await change(second, CHANGES.at(-1));
  await second.shutdown();
  return { storage, states, ends };
}

/** Memory that adds to its files, as a directory does, and can be damaged. */
class AppendingStorage extends MemoryStorage {
  files = new Map();

  async list() {
    return [...this.files.keys()];
  }

  async read(name) {
    return this.files.get(name);
  }

  async create(name, chunks) {
    const all = [];
    for await (const chunk of chunks) all.push(chunk);
    this.files.set(name, Buffer.concat(all));
  }

  async append(name, bytes, at, onVisible) {
    this.files.set(name, Buffer.concat([this.files.get(name).subarray(0, at), bytes]));
    onVisible();
  }

  async remove(name) {
    this.files.delete(name);
  }

  journal() {
    return Buffer.concat(PARTS.flatMap((name) => this.files.get(name) ?? []));
  }

  with(name, bytes) {
    const copy = new AppendingStorage();
    copy.files = new Map(this.files);
    if (bytes === undefined) copy.files.delete(name);
    else copy.files.set(name, bytes);
    return copy;
  }
}

/** Opens a damaged store: its error's code, or what it holds and reports. */
async function look(storage) {
  let store;
  try {
    store = await openOn('native', { storage });
  } catch (error) {
    assert.ok(error instanceof DamaskError, error.stack);
    return { code: error.code };
  }
  const { recovered } = await store.getStats();
  const found = { content: await contentOf(store), ...recovered };
  await store.shutdown();
  return found;
}

function flipped(bytes, bit) {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
}

for (const target of ['native', 'simd'])
  test(`${target}: every bit of the snapshot and of the journal`, async (t) => {
    const { storage, ends } = await made();
    const engine = await load(target);
    const snapshot = storage.files.get(SNAPSHOT);
    const journal = storage.journal();
    const refused = (run, step) => {
      assert.throws(
        run,
        (error) => error instanceof DamaskError && CODES.includes(error.code),
        step,
      );
    };
    for (let bit = 0; bit < snapshot.length * 8; ++bit)
      refused(() => engine.openStore(flipped(snapshot, bit)), `snapshot, bit ${bit}`);
    const lastFrame = ends.at(-2);
    let torn = 0;
    for (let bit = 0; bit < journal.length * 8; ++bit) {
      const store = engine.openStore(snapshot);
      const replay = () => store.replay(flipped(journal, bit));
      if (bit < lastFrame * 8) refused(replay, `journal, bit ${bit}`);
      else {
        const { frames, tornBytes } = replay();
        assert.deepEqual([frames, tornBytes], [CHANGES.length - 1, journal.length - lastFrame]);
        ++torn;
      }
      store.dispose();
    }
    t.diagnostic(
      `${(snapshot.length + journal.length) * 8} bits: ${torn}, of the last write, dropped it and said so; all others were refused`,
    );
  });

test('a bit of every byte, in a store', async (t) => {
  const { storage, states, ends } = await made();
  const next = random(seedFor(t, 6));
  let opens = 0;
  for (const name of [SNAPSHOT, ...PARTS]) {
    const bytes = storage.files.get(name);
    for (let at = 0; at < bytes.length; at += 3, ++opens) {
      const bit = at * 8 + Math.floor((next() + 1) * 4);
      const found = await look(storage.with(name, flipped(bytes, bit)));
      if (name === PARTS[1])
        assert.deepEqual(found, {
          content: states.at(-2),
          changes: 4,
          tornBytes: ends.at(-1) - ends.at(-2),
        });
      else assert.ok(CODES.includes(found.code), `${name}, bit ${bit}: ${JSON.stringify(found)}`);
    }
  }
  t.diagnostic(`${opens} bits, of every third byte`);
});

test('a bit of every byte of the space behind the last write', async (t) => {
  const { storage, states } = await made();
  const next = random(seedFor(t, 7));
  const whole = { content: states.at(-1), changes: 5, tornBytes: 0 };
  const [name] = PARTS.slice(-1);
  const used = storage.files.get(name).length;
  const withSpace = Buffer.concat([storage.files.get(name), new Uint8Array(512)]);
  assert.deepEqual(await look(storage.with(name, withSpace)), whole);
  for (let at = used; at < withSpace.length; ++at) {
    const bit = at * 8 + Math.floor((next() + 1) * 4);
    const found = await look(storage.with(name, flipped(withSpace, bit)));
    assert.deepEqual({ ...found, tornBytes: 0 }, whole, `bit ${bit}`);
    assert.ok(found.tornBytes > 0 && found.tornBytes <= 512, `bit ${bit}`);
  }
  // Space that another session has gone on behind.
  const before = Buffer.concat([storage.files.get(PARTS[0]), new Uint8Array(512)]);
  assert.deepEqual(await look(storage.with(PARTS[0], before)), whole);
  t.diagnostic('512 bits');
});

test('every file cut at every offset, and taken away', async (t) => {
  const { storage, states, ends } = await made();
  const whole = { content: states.at(-1), changes: 5, tornBytes: 0 };
  assert.deepEqual(await look(storage), whole);
  let cuts = 0;
  for (const name of [SNAPSHOT, PARTS[0]])
    for (let size = 0; size < storage.files.get(name).length; ++size, ++cuts) {
      const found = await look(storage.with(name, storage.files.get(name).subarray(0, size)));
      assert.ok(CODES.includes(found.code), `${name} cut at ${size}: ${JSON.stringify(found)}`);
    }
  // The last part, and the first one when it is the last: what is whole stays, what is cut is said.
  const single = storage.with(PARTS[1], undefined);
  const journal = storage.journal();
  for (let size = 0; size <= journal.length; ++size, ++cuts) {
    const first = ends.at(-2);
    const last = size > first ? storage.with(PARTS[1], journal.subarray(first, size)) : single;
    const found = await look(last.with(PARTS[0], journal.subarray(0, Math.min(size, first))));
    const frames = ends.filter((end) => end <= size).length - 1;
    if (size < HEADER) assert.equal(found.code, 'JOURNAL_CORRUPT');
    else {
      assert.equal(found.content, states[frames], `cut at ${size}`);
      assert.equal(found.tornBytes, size - ends[frames], `cut at ${size}`);
    }
  }
  t.diagnostic(`${cuts} cuts`);
  assert.equal((await look(storage.with(PARTS[0], undefined))).code, 'CONFLICT');
  assert.equal((await look(storage.with(SNAPSHOT, undefined))).code, 'JOURNAL_MISMATCH');
});
