import assert from 'node:assert/strict';
import { readdir, readFile, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { DamaskError, fromSnapshot, MemoryStorage } from '../lib/index.js';
import { openDirectory } from '../lib/storage/directory.js';
import { backends, builds, openOn, patterns, scratch, unlocked } from './open_support.mjs';
import { invalid, refusal } from './support.mjs';

const DIMENSION = 12;

/** A driver over memory that counts creations, and fails when told. */
class WatchedStorage extends MemoryStorage {
  created = 0;
  failure = undefined;

  async create(name, chunks) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.failure) throw this.failure;
    ++this.created;
    return super.create(name, chunks);
  }
}

test('a store written by one backend opens in every other', async (t) => {
  const storagePath = path.join(await scratch(t), 'deep', 'store');
  let expected = 0;
  for (const writer of backends) {
    for (const reader of backends) {
      const store = await openOn(writer, { dimension: DIMENSION, storagePath });
      assert.equal(await store.count(), expected);
      const entry = { ...patterns(1, DIMENSION)[0], id: `${writer} ${reader}` };
      await store.storePattern(entry);
      ++expected;
      await store.shutdown();
      const again = await openOn(reader, { storagePath });
      assert.equal((await again.getPattern(entry.id)).content, entry.content);
      assert.equal(again.getImplementationInfo().storage, 'directory');
      await again.shutdown();
    }
  }
});

test('what was acknowledged is stored, and writers at one time share one write', async () => {
  const storage = new WatchedStorage();
  const store = await openOn('native', { dimension: DIMENSION, storage });
  const made = storage.created;
  await Promise.all(patterns(50, DIMENSION).map((pattern) => store.storePattern(pattern)));
  assert.ok(storage.created - made <= 3, `${storage.created - made} writes`);
  // No shutdown: what another reads now is all there is.
  const other = await openOn('wasm-simd', { storage, readOnly: true });
  assert.equal(await other.count(), 50);
  await other.shutdown();
  await store.shutdown();
});

test('without autoPersist only flush and shutdown write', async () => {
  const storage = new WatchedStorage();
  const store = await openOn('native', { dimension: DIMENSION, storage, autoPersist: false });
  await store.storeBatch(patterns(5, DIMENSION));
  assert.equal(storage.created, 0);
  await store.flush();
  const first = storage.created;
  assert.ok(first > 0);
  await store.flush();
  assert.equal(storage.created, first);
  await store.deletePattern('pattern-0');
  await store.deletePattern('pattern-0');
  await store.shutdown();
  assert.equal(storage.created, first + 1);
  const again = await openOn('native', { storage });
  assert.equal(await again.count(), 4);
  await again.shutdown();
  assert.equal(storage.created, first + 1, 'closing an unchanged store wrote');
});

test('a failed write rejects its writers, ends writing, and leaves reading', async () => {
  const storage = new WatchedStorage();
  const store = await openOn('native', { dimension: DIMENSION, storage });
  const [first, second] = patterns(2, DIMENSION);
  await store.storePattern(first);
  storage.failure = new DamaskError('IO', 'the disk is full');
  const full = refusal('DamaskError', 'IO', 'the disk is full');
  await assert.rejects(store.storePattern(second), full);
  storage.failure = undefined;
  await assert.rejects(store.storePattern(second), full);
  await assert.rejects(store.deletePattern(first.id), full);
  assert.equal((await store.searchSimilar(first.embedding)).length, 2);
  await assert.rejects(store.shutdown(), full);
  const again = await openOn('native', { storage });
  assert.equal(await again.count(), 1);
  await again.shutdown();
});

test('a second writer is told, and loses nothing of the first', async () => {
  const storage = unlocked(new MemoryStorage());
  const first = await openOn('native', { dimension: DIMENSION, storage });
  const second = await openOn('wasm-simd', { dimension: DIMENSION, storage });
  await first.storePattern(patterns(1, DIMENSION)[0]);

  await assert.rejects(second.storePattern(patterns(2, DIMENSION)[1]), conflict);
  await assert.rejects(second.shutdown(), conflict);
  await first.shutdown();
  const again = await openOn('native', { storage });
  assert.equal(await again.count(), 1);
  await again.shutdown();
});

test('a stored store must be what the configuration says', async () => {
  const storage = new MemoryStorage();
  const hnsw = { m: 8, efConstruction: 40 };
  const store = await openOn('native', { dimension: DIMENSION, seed: 7, hnsw, storage });
  await store.shutdown();
  for (const [config, part] of [
    [{ dimension: 13 }, 'dimension is 13, but the store was created with 12'],
    [{ metric: 'dot' }, 'metric is "dot", but the store was created with "cosine"'],
    [{ precision: 'float32' }, 'precision'],
    [{ seed: 8n }, 'seed is 8n'],
    [{ hnsw: { m: 16 } }, 'hnsw.m is 16'],
  ])
    await assert.rejects(openOn('native', { ...config, storage }), invalid(part));
  const same = await openOn('native', {
    ...{ dimension: DIMENSION, seed: 7n, storage },
    hnsw: { ...hnsw, efSearch: 5 },
  });
  await same.shutdown();
});

test('a snapshot becomes the first generation of an empty place, and of no other', async (t) => {
  const storagePath = await scratch(t);
  const source = await openOn('wasm-simd', { dimension: DIMENSION });
  await source.storeBatch(patterns(10, DIMENSION));
  const snapshot = await source.snapshot();
  await source.shutdown();
  const store = await fromSnapshot(snapshot, { ...builds, storagePath });
  await store.shutdown();
  const file = (await readdir(storagePath)).find((name) => name.startsWith('snapshot'));
  assert.deepEqual(new Uint8Array(await readFile(path.join(storagePath, file))), snapshot);
  await assert.rejects(
    fromSnapshot(snapshot, { ...builds, storagePath }),
    refusal('ConflictError', 'CONFLICT', 'there is a store in'),
  );
  await assert.rejects(
    fromSnapshot(new Uint8Array(10), builds),
    refusal('SnapshotError', 'NOT_A_SNAPSHOT', ''),
  );
  await assert.rejects(fromSnapshot('file', builds), invalid('snapshot must be'));
});

test('a damaged snapshot is named, and nothing takes its place', async (t) => {
  const storagePath = await scratch(t);
  const store = await openOn('native', { dimension: DIMENSION, storagePath });
  await store.storeBatch(patterns(10, DIMENSION));
  await store.deletePattern('pattern-1');
  await store.optimize();
  await store.shutdown();
  const newest = (await readdir(storagePath)).sort().at(-1);
  assert.match(newest, /^snapshot-000000000002/);
  await truncate(path.join(storagePath, newest), 100);
  const damaged = (part) => refusal('SnapshotError', 'SNAPSHOT_TRUNCATED', part);
  await assert.rejects(openOn('native', { storagePath }), damaged(newest));
  await assert.rejects(openOn('native', { storagePath }), damaged('is kept as snapshot-'));
  await writeFile(path.join(storagePath, 'notes.txt'), 'left alone');
});

/** A store's directory, opened by as many writers as want: what a lock that fails would let happen. */
const openAt = async (storagePath) => openWith(unlocked(await openDirectory(storagePath)));
const openWith = (storage) => openOn('native', { dimension: DIMENSION, storage });
const named = (id) => ({ ...patterns(1, DIMENSION)[0], id });
const conflict = refusal('ConflictError', 'CONFLICT', 'another writer');

/** The ids that whoever opens the directory now finds. */
async function idsAt(storagePath) {
  const store = await openAt(storagePath);
  const ids = [];
  for await (const { id } of store.patterns()) ids.push(id);
  await store.shutdown();
  return ids;
}

test('a session that was shut out leaves nothing behind what others have stored', async (t) => {
  const storagePath = await scratch(t);
  const first = await openAt(storagePath);
  await first.storePattern(named('a1'));
  await first.storePattern(named('a2'));
  const second = await openAt(storagePath);
  await second.storePattern(named('b1'));
  await assert.rejects(first.storePattern(named('a3')), conflict);
  await second.storePattern(named('b2'));
  await second.shutdown();
  await assert.rejects(first.shutdown(), conflict);
  assert.deepEqual(await idsAt(storagePath), ['a1', 'a2', 'b1', 'b2']);
});

test('a snapshot does not replace what another session has stored since', async (t) => {
  const storagePath = await scratch(t);
  const first = await openAt(storagePath);
  await first.storeBatch([named('a1'), named('a2')]);
  await first.deletePattern('a2');
  const second = await openAt(storagePath);
  await second.storePattern(named('b1'));
  await assert.rejects(first.optimize(), conflict);
  await assert.rejects(first.shutdown(), conflict);
  await second.optimize();
  await second.shutdown();
  assert.deepEqual(await idsAt(storagePath), ['a1', 'b1']);
});

test('two writers at the same moment: one is told, and what was acknowledged is there', async (t) => {
  const storagePath = await scratch(t);
  // The first one's bytes land after the second has looked at them and made its part.
  let reached, go;
  const late = new Promise((resolve) => (reached = resolve));
  const gate = new Promise((resolve) => (go = resolve));
  const storage = unlocked(await openDirectory(storagePath));
  const append = storage.append.bind(storage);
  const first = await openWith(storage);
  await first.storePattern(named('a1'));
  storage.append = async (...args) => {
    reached();
    await gate;
    return append(...args);
  };
  const told = assert.rejects(first.storePattern(named('a2')), conflict);
  await late;
  const second = await openAt(storagePath);
  await second.storePattern(named('b1'));
  go();
  await told;
  await second.storePattern(named('b2'));
  await second.shutdown();
  await assert.rejects(first.shutdown(), conflict);
  assert.deepEqual(await idsAt(storagePath), ['a1', 'b1', 'b2']);
});

/** Names of a kind that are in a directory, sorted. */
const filesOf = async (storagePath, kind) =>
  (await readdir(storagePath)).filter((name) => name.startsWith(kind)).sort();

test('behind a torn end the next journal goes on at once, and a snapshot follows', async (t) => {
  const storagePath = await scratch(t);
  const first = await openAt(storagePath);
  await first.storePattern(named('a1'));
  await first.storePattern(named('a2'));
  await first.shutdown();
  const journal = path.join(storagePath, 'journal-000000000001-000001.damask');
  const whole = await readFile(journal);
  await truncate(journal, whole.length - 3);
  const second = await openAt(storagePath);
  await second.storePattern(named('b1'));
  // The change is acknowledged, and what is there without the snapshot is all of the store.
  assert.equal(
    (await filesOf(storagePath, 'journal')).at(-1),
    'journal-000000000002-000001.damask',
  );
  await second.shutdown();
  assert.deepEqual(await filesOf(storagePath, 'snapshot'), [
    'snapshot-000000000001.damask',
    'snapshot-000000000003.damask',
  ]);
  assert.deepEqual(await idsAt(storagePath), ['a1', 'b1']);
  await unlink(path.join(storagePath, 'snapshot-000000000003.damask'));
  assert.deepEqual(await idsAt(storagePath), ['a1', 'b1']);
});

test('a snapshot without a journal gets one with the first change, and is not written again', async (t) => {
  const storagePath = await scratch(t);
  const first = await openAt(storagePath);
  await first.storePattern(named('a1'));
  await first.optimize();
  await first.deletePattern('a1');
  await first.storePattern(named('a2'));
  await first.optimize();
  await first.shutdown();
  for (const name of await filesOf(storagePath, 'journal'))
    await unlink(path.join(storagePath, name));
  const snapshots = await filesOf(storagePath, 'snapshot');
  const second = await openAt(storagePath);
  await second.storePattern(named('b1'));
  await second.shutdown();
  assert.deepEqual(await filesOf(storagePath, 'snapshot'), snapshots);
  assert.deepEqual(await idsAt(storagePath), ['a2', 'b1']);
});
