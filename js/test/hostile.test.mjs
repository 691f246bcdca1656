// What comes from outside into JavaScript: whatever it is, it is taken as documented or refused with a
// typed error, in bounded time and memory, and leaves no prototype and no other file changed.
import assert from 'node:assert/strict';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import fc from 'fast-check';
import { resolveConfig } from '../lib/config/resolve.js';
import { checkFilterExpression } from '../lib/check_filter.js';
import { DamaskError } from '../lib/errors.js';
import { MemoryStorage } from '../lib/index.js';
import { fromJson, toJson } from '../lib/pattern_store/json.js';
import { openDirectory } from '../lib/storage/directory.js';
import { openIndexedDb } from '../lib/storage/indexeddb.js';
import { decodeLock, encodeLock, MAX_LOCK_BYTES } from '../lib/storage/lock_text.js';
import { isStoreFile } from '../lib/storage/names.js';
import { guarded } from '../lib/worker/endpoint.js';
import { HOST_METHODS, WorkerHost } from '../lib/worker/host.js';
import { builds, openOn, patterns, scratch } from './open_support.mjs';
import { invalid, seedFor } from './support.mjs';

const RUNS = Number(process.env.DAMASK_HOSTILE_RUNS ?? 1000);

/** Names that are members of every object, beside plain ones. */
const member = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'),
  fc.constantFrom('dimension', 'hnsw', 'storagePath', 'worker', 'readOnly', 'eq', 'and', 'not'),
  fc.string({ maxLength: 8 }),
);
const leaf = fc.oneof(
  fc.constantFrom(null, undefined, NaN, Infinity, -0, 1n, '', '\0', '../x', '\ud800', true),
  fc.integer(),
  fc.double(),
  fc.string(),
);

const plain = (_, value) => (typeof value === 'bigint' ? 1 : value);

/** Anything, nested. Members are its own, `__proto__` too, as JSON.parse makes them. */
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.array(fc.tuple(member, tie('anything')), { maxLength: 4 }).map(Object.fromEntries),
  ),
}));
const json = fc
  .oneof(
    anything.map((it) => JSON.stringify(it, plain)),
    fc.string(),
  )
  .map((it) => it ?? 'null');

const untouched = Reflect.ownKeys(Object.prototype).length;

/** Runs a property; each value is taken or refused with a typed error, and no prototype has changed. */
async function check(t, seed, arbitrary, take) {
  const tally = { taken: 0, refused: 0 };
  const property = fc.asyncProperty(arbitrary, async (value) => {
    try {
      await take(value);
      ++tally.taken;
    } catch (error) {
      if (!(error instanceof DamaskError)) throw error;
      assert.ok(error.message.length < 4096, `an error of ${error.message.length} characters`);
      ++tally.refused;
    }
    assert.equal(Reflect.ownKeys(Object.prototype).length, untouched);
    assert.equal({}.polluted, undefined);
  });
  await fc.assert(property, { seed, numRuns: RUNS });
  t.diagnostic(JSON.stringify(tally));
  return tally;
}

test('configuration files', async (t) => {
  const configFile = path.join(await scratch(t), 'damask.config.json');
  const written = fc.oneof(
    json,
    fc.constant('{"__proto__": {"worker": true}}'),
    fc.constant('{"hnsw": {"__proto__": {"m": 8}}}'),
    fc.constant('{"dimension": 8, "hnsw": {"m": 8}}'),
  );
  await check(t, seedFor(t, 71), written, async (text) => {
    await writeFile(configFile, text);
    const config = await resolveConfig({ configFile, env: {} });
    assert.equal(Object.getPrototypeOf(config), Object.prototype);
    assert.equal(config.worker ?? JSON.parse(text).worker, JSON.parse(text).worker);
  });
  for (const [text, part] of [
    [' '.repeat(65_537), 'it has more than 65536 bytes'],
    ['['.repeat(60_000), 'is not JSON'],
    ['{"__proto__": {"worker": true}}', '__proto__'],
    [`{"storagePath": "${'x'.repeat(5000)}"}`, 'storagePath'],
    ['{"storagePath": "a\\u0000b"}', 'storagePath'],
  ]) {
    await writeFile(configFile, text);
    await assert.rejects(resolveConfig({ configFile, env: {} }), (error) => {
      assert.ok(error instanceof DamaskError && error.message.includes(part), error.message);
      return true;
    });
  }
  for (const device of ['/dev/zero', path.dirname(configFile)])
    await assert.rejects(resolveConfig({ configFile: device, env: {} }), { code: 'IO' });
});

test('the object given to openPatternStore, and the environment', async (t) => {
  const names = ['DAMASK_PATH', 'DAMASK_BACKEND', 'DAMASK_DURABILITY', 'AGENTDB_ENABLED'];
  const env = fc.dictionary(fc.constantFrom(...names), leaf);
  const seed = seedFor(t, 72);
  await check(t, seed, fc.tuple(anything, env), async ([config, variables]) => {
    const given = typeof config === 'object' && config !== null ? config : {};
    const resolved = await resolveConfig({ ...given, configFile: false, env: variables });
    assert.equal(Object.getPrototypeOf(resolved), Object.prototype);
  });
  await assert.rejects(
    resolveConfig({ configFile: false, env: { DAMASK_PATH: 'x'.repeat(4097) } }),
    invalid('DAMASK_PATH must be a string of at most 4096'),
  );
});

test('metadata', async (t) => {
  const { taken } = await check(t, seedFor(t, 73), anything, async (value) => {
    const text = toJson(value, 'metadata');
    const back = fromJson(text);
    assert.equal(JSON.stringify(back), text);
    assert.equal(Object.getPrototypeOf(back), Object.prototype);
  });
  assert.ok(taken > 10);
  let deep = {};
  for (let i = 0; i < 100_000; ++i) deep = { deep };
  assert.throws(() => toJson(deep, 'metadata'), invalid('nests deeper than 512'));
  // Written out it has 2^100 values.
  let wide = {};
  for (let i = 0; i < 100; ++i) wide = { a: wide, b: wide };
  assert.throws(() => toJson(wide, 'metadata'), invalid('metadata must be at most 16777216 bytes'));
  const sparse = { list: new Array(2 ** 32 - 1) };
  assert.throws(
    () => toJson(sparse, 'metadata'),
    invalid('metadata must be at most 16777216 bytes'),
  );
  const store = await openOn('native', { dimension: 2 });
  const metadata = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}');
  await store.storePattern({ ...patterns(1, 2)[0], id: '__proto__', metadata });
  const found = await store.getPattern('__proto__');
  assert.equal(JSON.stringify(found.metadata), JSON.stringify(metadata));
  assert.equal(found.metadata.polluted, undefined);
  await store.shutdown();
});

test('filter expressions', async (t) => {
  const store = await openOn('native', { dimension: 2 });
  await store.storeBatch(patterns(20, 2));
  const field = fc.oneof(fc.constantFrom('id', 'domain', 'coverage', 'verdict'), member);
  const { expression } = fc.letrec((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ eq: fc.tuple(field, leaf) }),
      fc.record({ in: fc.tuple(field, fc.array(leaf, { maxLength: 5 })) }),
      fc.record({ prefix: fc.tuple(field, fc.string()) }),
      fc.record({ exists: field }),
      fc.record({ not: tie('expression') }),
      fc.record({ and: fc.array(tie('expression'), { maxLength: 4 }) }),
      anything,
    ),
  }));
  await check(t, seedFor(t, 74), expression, async (filter) => {
    const matches = await store.count({ filter });
    const found = await store.searchSimilar([1, 1], { k: 100, filter });
    assert.equal(found.length, matches);
  });
  let deep = { exists: 'id' };
  for (let i = 0; i < 100_000; ++i) deep = { not: deep };
  const long = new Array(2 ** 32 - 1);
  const itself = { and: [] };
  itself.and.push(itself, itself);
  for (const filter of [deep, { and: long }, { in: ['id', long] }, { eq: long }, itself])
    assert.throws(() => checkFilterExpression(filter, 'filter'), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(store.searchSimilar(long), invalid('at most 4096 components'));
  await store.shutdown();
});

test('lock files', async (t) => {
  const mostly = (arbitrary) => fc.oneof({ weight: 20, arbitrary }, { weight: 1, arbitrary: leaf });
  const fields = {
    pid: mostly(fc.integer({ min: 1, max: 2 ** 31 })),
    started: mostly(fc.nat().map(String)),
    boot: mostly(fc.uuid()),
    host: mostly(fc.domain()),
    runtime: mostly(fc.string({ maxLength: 300 })),
    since: mostly(fc.date({ noInvalidDate: true }).map((it) => it.toISOString())),
    token: mostly(fc.constant('0'.repeat(32))),
  };
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    json.map((text) => new TextEncoder().encode(text)),
    fc.record(fields).map((it) => new TextEncoder().encode(JSON.stringify(it, plain))),
  );
  const { taken } = await check(t, seedFor(t, 75), bytes, async (it) => {
    const lock = decodeLock(it, 'writer.lock');
    assert.ok(Number.isInteger(lock.pid) && lock.pid > 0);
    assert.ok(encodeLock(lock).byteLength < MAX_LOCK_BYTES);
    assert.deepEqual(decodeLock(encodeLock(lock), 'writer.lock'), lock);
    assert.doesNotMatch(Object.values(lock).join(''), /[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
  assert.ok(taken > 10);
});

test('names of files and stores', async (t) => {
  const directory = path.join(await scratch(t), 'store');
  const outside = path.join(path.dirname(directory), 'outside');
  await writeFile(outside, 'not yours');
  const driver = await openDirectory(directory);
  const parts = fc.constantFrom(
    '..',
    '/',
    '\\',
    'snapshot-',
    'journal-',
    '000000000001',
    '.damask',
    '\0',
    '%2e',
    'x',
  );
  const name = fc.oneof(
    fc.constant('snapshot-000000000001.damask'),
    fc.string(),
    fc.array(parts, { maxLength: 6 }).map((it) => it.join('')),
  );
  const { taken } = await check(t, seedFor(t, 76), name, async (it) => {
    await assert.rejects(openIndexedDb(`../${it}`), { code: 'INVALID_ARGUMENT' });
    assert.equal(await driver.read(it), undefined);
    assert.ok(isStoreFile(it) && path.basename(it) === it, it);
  });
  assert.ok(taken > 10);
  assert.deepEqual(await readdir(path.dirname(directory)), ['outside', 'store']);
  await driver.close();
});

test('directories with anything in them', async (t) => {
  const numbers = fc.constantFrom('000000000000', '000000000001', '000000000002', '999999999999');
  const file = fc.oneof(
    numbers.map((it) => `snapshot-${it}.damask`),
    fc
      .tuple(numbers, fc.constantFrom('000000', '000001', '999999'))
      .map(([g, p]) => `journal-${g}-${p}.damask`),
  );
  const files = fc.dictionary(file, fc.uint8Array({ minLength: 1, maxLength: 100 }), {
    maxKeys: 4,
  });
  const readOnly = fc.boolean();
  await check(t, seedFor(t, 77), fc.tuple(files, readOnly), async ([found, reads]) => {
    const storage = new MemoryStorage();
    for (const [name, bytes] of Object.entries(found)) await storage.create(name, [bytes]);
    const store = await openOn('native', { dimension: 2, storage, readOnly: reads });
    await store.shutdown();
  });
  const directory = await scratch(t);
  const elsewhere = path.join(await scratch(t), 'elsewhere');
  await writeFile(elsewhere, 'secret');
  for (const name of ['snapshot-000000000001.damask', 'journal-000000000001-000001.damask']) {
    await symlink(elsewhere, path.join(directory, name));
    const open = openOn('native', { dimension: 2, storagePath: directory });
    await assert.rejects(
      open,
      (error) => error instanceof DamaskError && !error.message.includes('secret'),
    );
  }
});

test('messages to a worker', async (t) => {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  expose(new WorkerHost(), guarded(nodeEndpoint(port2), HOST_METHODS));
  const type = fc.constantFrom('GET', 'SET', 'APPLY', 'CONSTRUCT', 'ENDPOINT', 'x', 7);
  const message = fc.oneof(
    anything,
    fc.record({
      id: fc.string(),
      type,
      path: fc.array(member, { maxLength: 3 }),
      argumentList: anything,
      value: anything,
    }),
    fc.record({
      ...{
        id: fc.string(),
        type: fc.constant('SET'),
        value: fc.constant({ type: 'RAW', value: 1 }),
      },
      path: fc.constantFrom(['__proto__', 'polluted'], ['constructor', 'prototype', 'open']),
    }),
  );
  let answers = 0;
  port1.on('message', () => ++answers);
  await check(t, seedFor(t, 78), message, async (it) => {
    port1.postMessage(it);
  });
  const host = wrap(nodeEndpoint(port1));
  for (const method of ['constructor', '__proto__', 'toString', 'then', 'storeBatch', 7])
    await assert.rejects(host.call(method, []), { message: /has no method/ }, String(method));
  await host.open({ ...builds, dimension: 2, preferredBackend: 'wasm-scalar' }, undefined);
  await host.storeBatch(patterns(3, 2), {});
  assert.equal(await host.call('count'), 3);
  await host.call('shutdown');
  t.diagnostic(`${answers} answers in all`);
});
