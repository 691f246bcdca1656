// Copies of a live store: of one moment, whole, durable, and stores like any other.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { MemoryStorage } from '../lib/index.js';
import { openDirectory } from '../lib/storage/directory.js';
import { contentOf, DIMENSION, statesOf, stepsOf } from './follow_steps.mjs';
import { backends, openOn, patterns, scratch } from './open_support.mjs';
import { places } from './storage_places.mjs';
import { invalid, refusal, seedFor } from './support.mjs';

const conflict = refusal('ConflictError', 'CONFLICT', 'back up into an empty place');

test('copies that are taken while a writer is at work are each of one moment', async (t) => {
  const steps = stepsOf(seedFor(t, 41), 300);
  const states = statesOf(steps);
  const folder = await scratch(t);
  const storagePath = path.join(folder, 'store');
  const writer = await openOn('native', { dimension: DIMENSION, storagePath });
  const reader = await openOn('wasm-simd', { storagePath, readOnly: true });
  const copies = [];
  let acknowledged = 0;
  const work = async () => {
    for (const { step, batch, gone } of steps) {
      if (gone !== undefined) await writer.deletePattern(gone);
      await writer.storeBatch(batch);
      if (step % 40 === 0) await writer.optimize();
      acknowledged = step;
    }
  };
  const copy = async (store, refresh) => {
    while (acknowledged < steps.length) {
      const copied = { place: path.join(folder, `copy-${copies.length}`), before: acknowledged };
      copies.push(copied);
      if (refresh) await store.refresh();
      copied.report = await store.backup(copied.place);
    }
  };
  await Promise.all([work(), copy(writer, false), copy(reader, true)]);
  await Promise.all([writer.shutdown(), reader.shutdown()]);
  assert.ok(copies.length > 5, `${copies.length} copies`);
  t.diagnostic(`${copies.length} copies`);
  for (const [i, { place, before, report }] of copies.entries()) {
    const store = await openOn(backends[i % 3], { storagePath: place });
    const { step, text } = await contentOf(store);
    assert.ok(step >= before, `${step} of at least ${before}`);
    assert.ok([states[step].after, states[step].between].includes(text), `half of ${step}`);
    const { count, sequence } = await store.getStats();
    assert.deepEqual({ count, sequence, bytes: report.bytes }, report);
    assert.equal((await store.snapshot()).byteLength, report.bytes);
    await store.shutdown();
  }
});

for (const [kind, make] of Object.entries(places))
  test(`${kind}: a copy goes into an empty place and no other`, async (t) => {
    const place = await make(t);
    const source = await openOn('native', { dimension: 12 });
    await source.storeBatch(patterns(20, 12));
    const driver = await place.open();
    const progress = [];
    const report = await source.backup(driver, { onProgress: (it) => progress.push(it) });
    assert.deepEqual(progress.at(-1), { done: report.bytes, total: report.bytes });
    await assert.rejects(source.backup(driver), conflict);
    await driver.close();
    const copy = await openOn('wasm-simd', { storage: await place.open() });
    assert.deepEqual(await copy.snapshot(), await source.snapshot());
    await copy.storePattern(patterns(1, 12)[0]);
    await Promise.all([copy.shutdown(), source.shutdown()]);
  });

test('a place that another writer has, or that is the store itself, is refused', async (t) => {
  const storagePath = await scratch(t);
  const store = await openOn('native', { dimension: 12, storagePath });
  await assert.rejects(store.backup(storagePath), { code: 'LOCKED' });
  await store.shutdown();
  const other = await openOn('native', { dimension: 12 });
  await assert.rejects(other.backup(storagePath), conflict);
  for (const destination of ['', undefined, null, 7])
    await assert.rejects(other.backup(destination), invalid('destination must be'));
  await other.shutdown();
  await assert.rejects(other.backup(await scratch(t)), { code: 'DISPOSED' });
});

test('a copy that fails or is called off leaves no store, and the place free', async (t) => {
  const store = await openOn('native', { dimension: 12 });
  await store.storeBatch(patterns(5, 12));
  const directory = await scratch(t);
  const reason = new Error('no longer wanted');
  const signal = AbortSignal.abort(reason);
  await assert.rejects(store.backup(directory, { signal }), reason);
  const driver = await openDirectory(directory);
  driver.create = async () => {
    throw new Error('the disk is full');
  };
  await assert.rejects(store.backup(driver), { message: 'the disk is full' });
  assert.deepEqual(await readdir(directory), []);
  assert.equal((await store.backup(directory)).count, 5);
  await store.storePattern(patterns(6, 12)[5]);
  assert.equal((await store.backup(new MemoryStorage())).count, 6);
  await store.shutdown();
});
