// The protocol: numbered snapshots, the last two of them kept, one writer at a time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ConflictError, DamaskError, SnapshotError } from '../lib/errors.js';
import { StoredGenerations } from '../lib/storage/generations.js';
import { MemoryStorage } from '../lib/storage/memory.js';
import { mapBucket, places } from './storage_places.mjs';
import { openObjectStore } from '../lib/storage/object_store.js';

const file = (generation) => `snapshot-${String(generation).padStart(12, '0')}.damask`;
const files = (...generations) => generations.map(file);
const content = (value) => [Uint8Array.of(value)];

/** A driver of which a test replaces methods; the rest is `driver`'s. */
function wrapped(driver, replaced) {
  const wrapper = {};
  for (const method of ['list', 'read', 'create', 'remove', 'close'])
    wrapper[method] = replaced[method] ?? ((...given) => driver[method](...given));
  return wrapper;
}

/** Fails the calls to that method which `when` picks by their number, from 1. */
function failing(driver, method, when) {
  let calls = 0;
  return wrapped(driver, {
    [method]: async (...given) => {
      if (when(++calls)) throw new DamaskError('IO', `${method} failed`);
      return driver[method](...given);
    },
  });
}

for (const [kind, make] of Object.entries(places))
  test(`${kind}: generations follow each other over writers and readers`, async (t) => {
    const place = await make(t);
    for (let opened = 0; opened < 3; ++opened) {
      const stored = await StoredGenerations.open(await place.open());
      assert.equal(stored.generation, opened * 3);
      assert.deepEqual(await stored.read(), opened ? content(opened * 3)[0] : undefined);
      for (let i = 1; i <= 3; ++i) {
        const generation = opened * 3 + i;
        assert.equal(await stored.commit(content(generation)), generation);
        assert.equal(stored.generation, generation);
      }
      await stored.close();
    }
    assert.deepEqual((await (await place.open()).list()).sort(), files(8, 9));
  });

for (const [kind, make] of Object.entries(places))
  test(`${kind}: a writer that fell behind by any number keeps nothing`, async (t) => {
    const place = await make(t);
    for (const ahead of [1, 2, 3, 5]) {
      const slow = await StoredGenerations.open(await place.open());
      const fast = await StoredGenerations.open(await place.open());
      for (let i = 0; i < ahead; ++i) await fast.commit(content(i));
      const before = (await (await place.open()).list()).sort();
      for (let attempt = 0; attempt < 2; ++attempt)
        await assert.rejects(slow.commit(content(99)), (error) => {
          assert.ok(error instanceof ConflictError);
          assert.match(error.message, /another writer is at work on this store: snapshot-\d{12}/);
          assert.match(error.message, new RegExp(`read generation ${slow.generation}\\.`));
          assert.match(error.message, /open it again/);
          return true;
        });
      assert.deepEqual((await (await place.open()).list()).sort(), before);
      assert.equal(slow.generation, fast.generation - ahead);
      await Promise.all([slow.close(), fast.close()]);
    }
  });

test('without conditional writes two writers of one moment both believe they won', async () => {
  const driver = openObjectStore({ bucket: mapBucket({ conditional: false }) });
  const writers = await Promise.all([1, 2].map(() => StoredGenerations.open(driver)));
  assert.deepEqual(await Promise.all(writers.map((it, i) => it.commit(content(i)))), [1, 1]);
});

test('a reader whose snapshot was replaced twice since reads the newest', async () => {
  const memory = new MemoryStorage();
  const writer = await StoredGenerations.open(memory);
  await writer.commit(content(1));
  const reader = await StoredGenerations.open(memory);
  for (let generation = 2; generation <= 4; ++generation) await writer.commit(content(generation));
  assert.deepEqual(await reader.read(), content(4)[0]);
  assert.equal(reader.generation, 4);
});

test('a snapshot that vanished with none after it is an error', async () => {
  const memory = new MemoryStorage();
  await (await StoredGenerations.open(memory)).commit(content(1));
  const reader = await StoredGenerations.open(memory);
  await memory.remove(file(1));
  await assert.rejects(reader.read(), { code: 'IO', message: /snapshot-000000000001\.damask was/ });
});

test('a refused snapshot is named, with the one before it', async () => {
  const memory = new MemoryStorage();
  const stored = await StoredGenerations.open(memory);
  const refusal = new SnapshotError('SNAPSHOT_CORRUPT', 'the checksum of section CODE is wrong');
  await stored.commit(content(1));
  const only = await stored.explain(refusal);
  assert.match(only.message, /There is no generation before it/);
  await stored.commit(content(2));
  const explained = await stored.explain(refusal);
  assert.ok(explained instanceof SnapshotError);
  assert.equal(explained.code, 'SNAPSHOT_CORRUPT');
  assert.equal(explained.cause, refusal);
  assert.match(
    explained.message,
    /^snapshot-000000000002\.damask \(memory\) cannot be opened: the /,
  );
  assert.match(explained.message, /is kept as snapshot-000000000001\.damask: /);
  assert.deepEqual((await memory.list()).sort(), files(1, 2), 'nothing is replaced');
});

test('an old snapshot that cannot be removed is removed by a later commit', async () => {
  const memory = new MemoryStorage();
  const stored = await StoredGenerations.open(failing(memory, 'remove', (call) => call <= 2));
  for (let generation = 1; generation <= 4; ++generation) await stored.commit(content(generation));
  assert.deepEqual(await memory.list(), files(1, 2, 3, 4).slice(1), 'the second failure kept 2');
  await stored.commit(content(5));
  assert.deepEqual(await memory.list(), files(4, 5));
});

test('a commit that fails to be written changes nothing, and works again', async () => {
  const memory = new MemoryStorage();
  const stored = await StoredGenerations.open(failing(memory, 'create', (call) => call === 2));
  await stored.commit(content(1));
  await assert.rejects(stored.commit(content(2)), { code: 'IO', message: 'create failed' });
  assert.equal(stored.generation, 1);
  assert.equal(await stored.commit(content(3)), 2);
  assert.deepEqual(await memory.read(file(2)), content(3)[0]);
});

test('a commit that cannot be checked is taken back, and works again', async () => {
  const memory = new MemoryStorage();
  const stored = await StoredGenerations.open(failing(memory, 'list', (call) => call === 3));
  await stored.commit(content(1));
  await assert.rejects(stored.commit(content(2)), { code: 'IO', message: 'list failed' });
  assert.deepEqual(await memory.list(), files(1));
  assert.equal(await stored.commit(content(3)), 2);
  assert.deepEqual(await memory.read(file(2)), content(3)[0]);
});

test('what could not be taken back at once is taken back before the next commit', async () => {
  const memory = new MemoryStorage();
  const noRemove = failing(memory, 'remove', (call) => call <= 2);
  const stored = await StoredGenerations.open(failing(noRemove, 'list', (call) => call === 2));
  await assert.rejects(stored.commit(content(1)), { message: 'list failed' });
  assert.deepEqual(await memory.list(), files(1), 'the removal failed too');
  await assert.rejects(stored.commit(content(2)), { message: 'remove failed' });
  assert.equal(await stored.commit(content(3)), 1);
  assert.deepEqual(await memory.read(file(1)), content(3)[0]);
});

test('generation 0 and numbers beyond the last are no generations', async () => {
  const memory = new MemoryStorage();
  await memory.create(file(0), content(0));
  assert.equal((await StoredGenerations.open(memory)).generation, 0);
  await memory.create(file(999_999_999_999), content(9));
  const last = await StoredGenerations.open(memory);
  await assert.rejects(last.commit(content(1)), { code: 'INVALID_ARGUMENT' });
});
