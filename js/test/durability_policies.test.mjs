// When changes are durable: always, at intervals or by hand; and what is told of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, truncate } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DamaskError, MemoryStorage } from '../lib/index.js';
import { openOn, patterns, scratch } from './open_support.mjs';
import { refusal } from './support.mjs';

const DIMENSION = 12;
const HEALTHY = { state: 'healthy', reasons: [] };
const full = new DamaskError('IO', 'the disk is full');

/** A driver over memory that counts creations, and fails when told. */
class WatchedStorage extends MemoryStorage {
  created = 0;
  failure = undefined;

  async create(name, chunks) {
    if (this.failure) throw this.failure;
    await super.create(name, chunks);
    ++this.created;
  }
}

async function opened(durability, config = {}) {
  const storage = new WatchedStorage();
  const store = await openOn('native', { dimension: DIMENSION, storage, durability, ...config });
  const made = storage.created;
  return { storage, store, writes: () => storage.created - made };
}

async function until(condition) {
  for (let i = 0; i < 1000 && !(await condition()); ++i) await sleep(5);
  assert.ok(await condition());
}

async function pendingOf(store) {
  const [health, stats] = await Promise.all([store.health(), store.getStats()]);
  const { pendingChanges, pendingBytes } = health.durability;
  assert.deepEqual([stats.pendingChanges, stats.pendingBytes], [pendingChanges, pendingBytes]);
  return { pendingChanges, pendingBytes };
}

test('always: nothing waits when a change was acknowledged', async () => {
  for (const durability of ['always', { policy: 'always' }, undefined]) {
    const { store, writes } = await opened(durability);
    const [first, second] = patterns(2, DIMENSION);
    await store.storePattern(first);
    assert.equal(writes(), 1);
    assert.deepEqual(await pendingOf(store), { pendingChanges: 0, pendingBytes: 0 });
    const stored = store.storePattern(second);
    const { pendingChanges, pendingBytes } = await pendingOf(store);
    assert.equal(pendingChanges, 1);
    assert.ok(pendingBytes > DIMENSION * 4);
    await stored;
    const { durability: told, writer, ...rest } = await store.health();
    assert.deepEqual(rest, HEALTHY);
    assert.equal(writer, true);
    assert.ok(told.journalBytes > 2 * DIMENSION * 4);
    assert.deepEqual(
      { ...told, journalBytes: 0 },
      {
        ...{ policy: 'always', pendingChanges: 0, pendingBytes: 0 },
        ...{ generation: 1, journalBytes: 0, compacting: false },
      },
    );
    await store.shutdown();
  }
});

test('interval: changes are acknowledged at once, and durable in time', async () => {
  const { store, writes, storage } = await opened({ policy: 'interval', ms: 50 });
  await store.storeBatch(patterns(5, DIMENSION));
  assert.equal(await store.deletePattern('pattern-0'), true);
  assert.equal(writes(), 0);
  assert.equal((await pendingOf(store)).pendingChanges, 6);
  await until(() => writes() === 1);
  await until(async () => (await pendingOf(store)).pendingChanges === 0);
  const other = await openOn('wasm-simd', { storage, readOnly: true });
  assert.equal(await other.count(), 4);
  await other.shutdown();
  await sleep(150);
  assert.equal(writes(), 1, 'nothing had changed, and it wrote');
  await store.shutdown();
});

test('interval: half of the bytes begin a write, and no more than all of them ever wait', async () => {
  const bytes = 4000;
  const { store, writes } = await opened({ policy: 'interval', ms: 3_600_000, bytes });
  let most = 0;
  for (const pattern of patterns(200, DIMENSION)) {
    await store.storePattern(pattern);
    most = Math.max(most, (await pendingOf(store)).pendingBytes);
  }
  assert.ok(writes() > 5, `${writes()} writes`);
  assert.ok(most > 0 && most < bytes, `${most} bytes`);
  await store.shutdown();
});

for (const durability of ['manual', 'interval'])
  test(`${durability}: flush and shutdown write what waits, once`, async () => {
    const { store, writes, storage } = await opened(durability);
    await store.storeBatch(patterns(5, DIMENSION));
    const before = writes();
    await store.flush();
    assert.ok(writes() > before);
    assert.deepEqual(await pendingOf(store), { pendingChanges: 0, pendingBytes: 0 });
    const flushed = writes();
    await store.flush();
    assert.equal(writes(), flushed);
    await store.deletePattern('pattern-0');
    assert.equal((await pendingOf(store)).pendingChanges, 1);
    await store.shutdown();
    assert.equal(writes(), flushed + 1);
    const again = await openOn('native', { storage });
    assert.equal(await again.count(), 4);
    await again.shutdown();
  });

test('interval: a write that fails behind the caller is told to the operator and to the next one', async () => {
  const warnings = [];
  const onWarning = (...told) => warnings.push(told);
  const { store, storage } = await opened({ policy: 'interval', ms: 1 }, { onWarning });
  const [first, second] = patterns(2, DIMENSION);
  storage.failure = full;
  await store.storePattern(first);
  await until(() => warnings.length > 0);
  const [[message, passedOver]] = warnings;
  assert.match(message, /takes no changes any more: the disk is full/);
  assert.deepEqual(passedOver, []);
  storage.failure = undefined;
  const refused = refusal('DamaskError', 'IO', 'the disk is full');
  await assert.rejects(store.storePattern(second), refused);
  await assert.rejects(store.flush(), refused);
  assert.equal((await store.searchSimilar(first.embedding)).length, 1);
  const { state, reasons, durability } = await store.health();
  assert.equal(state, 'critical');
  assert.deepEqual(
    reasons.map(({ code }) => code),
    ['WRITING_ENDED'],
  );
  assert.match(reasons[0].message, /the disk is full/);
  assert.equal(durability.failure.code, 'IO');
  assert.equal(durability.pendingChanges, 1);
  await assert.rejects(store.shutdown(), refused);
  await sleep(20);
  assert.equal(warnings.length, 1);
});

test('health: without storage nothing is durable, and that is no illness', async () => {
  const store = await openOn('native', { dimension: DIMENSION });
  await store.storePattern(patterns(1, DIMENSION)[0]);
  const durability = {
    ...{ policy: 'none', pendingChanges: 0, pendingBytes: 0 },
    ...{ generation: 0, journalBytes: 0, compacting: false },
  };
  assert.deepEqual(await store.health(), { ...HEALTHY, durability, writer: false });
  await store.shutdown();
  await assert.rejects(store.health(), { code: 'DISPOSED' });
});

test('health: bytes that were dropped at open are told; only reading is no illness', async (t) => {
  const storagePath = await scratch(t);
  const store = await openOn('native', { dimension: DIMENSION, storagePath });
  for (const pattern of patterns(2, DIMENSION)) await store.storePattern(pattern);
  const { journalBytes } = (await store.health()).durability;
  await store.shutdown();
  const whole = await openOn('native', { storagePath, readOnly: true });
  const { writer, durability, ...rest } = await whole.health();
  assert.deepEqual([rest, writer, durability.generation], [HEALTHY, false, 1]);
  await whole.shutdown();
  const journal = (await readdir(storagePath)).find((name) => name.startsWith('journal'));
  await truncate(path.join(storagePath, journal), journalBytes - 3);
  const torn = await openOn('native', { storagePath });
  const { state, reasons } = await torn.health();
  assert.equal(state, 'degraded');
  assert.equal(reasons[0].code, 'TORN_BYTES');
  await torn.shutdown();
});

test('a timer keeps no process from its end', async (t) => {
  const storagePath = await mkdtemp(path.join(await scratch(t), 'store-'));
  const child = fileURLToPath(new URL('policy_child.mjs', import.meta.url));
  const started = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [child, storagePath]);
  assert.equal(stdout, 'stored\n');
  assert.ok(performance.now() - started < 60_000);
});
