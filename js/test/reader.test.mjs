// Stores that are opened with readOnly: they write nothing, take no lock, and go on with `refresh`.
import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import * as fs from 'node:fs';
import { readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fromSnapshot, MemoryStorage } from '../lib/index.js';
import { openDirectory } from '../lib/storage/directory.js';
import { backends, builds, openOn, patterns, scratch } from './open_support.mjs';
import { places } from './storage_places.mjs';
import { invalid, refusal } from './support.mjs';

const DIMENSION = 12;
const some = patterns(20, DIMENSION);
const readOnly = refusal('ReadOnlyError', 'READ_ONLY', 'readOnly: true');
const missing = (part) => refusal('NotFoundError', 'NOT_FOUND', part);
const write = (config) => openOn('native', { dimension: DIMENSION, ...config });

async function idsOf(store) {
  const ids = [];
  for await (const { id } of store.patterns()) ids.push(id);
  return ids;
}

for (const [kind, make] of Object.entries(places))
  test(`${kind}: a reader sees what was acknowledged before it refreshed`, async (t) => {
    const place = await make(t);
    const empty = await place.open();
    await assert.rejects(openOn('wasm-simd', { storage: empty, readOnly: true }), missing('store'));
    const writer = await write({ storage: await place.open() });
    await writer.storeBatch(some.slice(0, 5));
    const reader = await openOn('wasm-simd', { storage: await place.open(), readOnly: true });
    assert.equal(await reader.count(), 5);
    const { generation, sequence } = await reader.getStats();
    assert.deepEqual(await reader.refresh(), {
      ...{ changes: 0, sequence, generation, reopened: false },
    });
    for (const at of [5, 6, 7]) await writer.storePattern(some[at]);
    assert.equal(await reader.count(), 5);
    const report = await reader.refresh();
    assert.equal(report.changes, 3);
    assert.deepEqual(await idsOf(reader), await idsOf(writer));
    await writer.deletePattern('pattern-2');
    await writer.optimize();
    await writer.storePattern(some[8]);
    const later = await reader.refresh();
    assert.ok(later.generation > report.generation);
    assert.equal(later.sequence, (await writer.getStats()).sequence);
    assert.deepEqual(await idsOf(reader), await idsOf(writer));
    await writer.shutdown();
    await reader.refresh();
    assert.equal(await reader.count(), 8);
    const next = await openOn('wasm-scalar', { storage: await place.open() });
    await next.clear();
    await next.storePattern(some[0]);
    await reader.refresh();
    assert.deepEqual(await idsOf(reader), ['pattern-0']);
    await Promise.all([reader.shutdown(), next.shutdown()]);
  });

for (const backend of backends)
  test(`${backend}: a reader changes nothing`, async () => {
    const storage = new MemoryStorage();
    const writer = await write({ storage });
    await writer.storeBatch(some);
    await writer.shutdown();
    const before = await storage.list();
    const reader = await openOn(backend, { storage, readOnly: true });
    for (const refused of [
      () => reader.storePattern(some[0]),
      () => reader.storeBatch([some[0]]),
      () => reader.importPatterns([some[0]]),
      () => reader.deletePattern('pattern-1'),
      () => reader.recordUsage('pattern-1'),
      () => reader.clear(),
      () => reader.buildIndex(),
      () => reader.optimize(),
    ])
      await assert.rejects(refused(), readOnly, String(refused));
    await reader.flush();
    assert.equal(
      (await reader.searchSimilar(some[3].embedding, { k: 1 }))[0].pattern.id,
      some[3].id,
    );
    assert.equal(await reader.count(), some.length);
    const copy = await fromSnapshot(await reader.snapshot(), builds);
    assert.deepEqual(await idsOf(copy), await idsOf(reader));
    await Promise.all([copy.shutdown(), reader.shutdown()]);
    await assert.rejects(reader.refresh(), { code: 'DISPOSED' });
    assert.deepEqual(await storage.list(), before);
  });

/** Files of which none can be changed, as on a disk that is mounted for reading. */
function mountedForReading() {
  const refuse = () => {
    throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  };
  const changing = ['link', 'mkdir', 'rename', 'rmdir', 'unlink', 'writeSync'];
  return {
    ...{ ...nodeFiles, readdirSync: fs.readdirSync },
    ...Object.fromEntries(changing.map((name) => [name, refuse])),
    open: (file, flags = 'r') =>
      flags === 'r' || (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) === 0
        ? nodeFiles.open(file, flags)
        : refuse(),
  };
}

test('a directory that may only be read is read, and nothing in it is touched', async (t) => {
  const directory = await scratch(t);
  const writer = await write({ storagePath: directory });
  await writer.storeBatch(some);
  const abandoned = path.join(directory, 'snapshot-000000000009.damask.tmp-0123456789abcdef');
  await writeFile(abandoned, 'x');
  await utimes(abandoned, 0, 0);
  const before = (await readdir(directory)).sort();
  const storage = await openDirectory(directory, mountedForReading(), { readOnly: true });
  const reader = await openOn('native', { storage, readOnly: true });
  await writer.storePattern({ ...some[0], id: 'later' });
  await reader.refresh();
  assert.equal(await reader.count(), some.length + 1);
  const other = await openOn('wasm-simd', { storagePath: directory, readOnly: true });
  assert.equal(await other.count(), some.length + 1);
  await Promise.all([reader.shutdown(), other.shutdown()]);
  assert.deepEqual((await readdir(directory)).sort(), before);
  await writer.shutdown();
});

test('where there is no store, a reader is told and nothing is made', async (t) => {
  const directory = await scratch(t);
  const nowhere = path.join(directory, 'not', 'there');
  const open = (storagePath) => openOn('native', { storagePath, readOnly: true });
  await assert.rejects(open(nowhere), missing(`there is no directory ${nowhere}`));
  await assert.rejects(open(directory), missing(`there is no store in ${directory} to read`));
  assert.deepEqual(await readdir(directory), []);
});

test('readOnly is for stores that are stored', async () => {
  await assert.rejects(openOn('native', { readOnly: true }), invalid('readOnly needs a store'));
  const source = await write({});
  const snapshot = await source.snapshot();
  const storage = new MemoryStorage();
  await assert.rejects(
    fromSnapshot(snapshot, { ...builds, storage, readOnly: true }),
    invalid('readOnly is for openPatternStore'),
  );
  await assert.rejects(openOn('native', { storage, readOnly: 1 }), invalid('readOnly'));
  await source.shutdown();
});

test('who writes is never behind: refresh says so', async () => {
  const store = await write({ storage: new MemoryStorage() });
  await store.storeBatch(some);
  const { sequence, generation } = await store.getStats();
  assert.deepEqual(await store.refresh(), { changes: 0, sequence, generation, reopened: false });
  await store.shutdown();
});

test('a write that is under way when a reader comes is seen once it is whole', async (t) => {
  const directory = await scratch(t);
  const writer = await write({ storagePath: directory });
  await writer.storePattern(some[0]);
  await writer.shutdown();
  const journal = (await readdir(directory)).find((name) => name.startsWith('journal'));
  const file = path.join(directory, journal);
  const whole = await nodeFiles.readFile(file);
  await truncate(file, whole.byteLength - 3);
  const reader = await openOn('wasm-simd', { storagePath: directory, readOnly: true });
  assert.equal(await reader.count(), 0);
  for (const bytes of [whole.byteLength - 2, whole.byteLength - 1]) {
    await writeFile(file, whole.subarray(0, bytes));
    assert.equal((await reader.refresh()).changes, 0);
  }
  await writeFile(file, whole);
  assert.equal((await reader.refresh()).changes, 1);
  assert.equal(await reader.count(), 1);
  await reader.shutdown();
});

test('a store that is replaced by an older one is read anew', async (t) => {
  const directory = await scratch(t);
  const writer = await write({ storagePath: directory });
  await writer.storeBatch(some);
  const reader = await openOn('native', { storagePath: directory, readOnly: true });
  await writer.shutdown();
  for (const name of await readdir(directory)) await nodeFiles.unlink(path.join(directory, name));
  await assert.rejects(reader.refresh(), missing('there is no store'));
  assert.equal(await reader.count(), some.length, 'what was read can still be searched');
  const other = await write({ storagePath: directory });
  await other.storePattern(some[7]);
  const { changes, reopened } = await reader.refresh();
  assert.ok(reopened && changes < 0, String(changes));
  assert.deepEqual(await idsOf(reader), ['pattern-7']);
  await Promise.all([reader.shutdown(), other.shutdown()]);
});
