import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import test from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import { work } from './native_worker.mjs';
import { addonPath, gluePath, load, pattern, random, randomVector, refusal } from './support.mjs';
import { seedFor, wasmBytes } from './support.mjs';

const MiB = 1 << 20;
const engine = await load('native');
const startWorker = (workerData) =>
  new Worker(new URL('native_worker.mjs', import.meta.url), { workerData });

/** The method names of a class's instances. */
const methodsOf = (prototype) =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');

test('the addon and the WebAssembly module offer the same calls', async () => {
  const { default: factory } = await import(gluePath('scalar'));
  const bytes = await wasmBytes('scalar');
  const wasm = await factory({
    instantiateWasm(imports, receive) {
      WebAssembly.instantiate(bytes, imports).then(({ instance, module }) =>
        receive(instance, module),
      );
      return {};
    },
  });
  const memory = ['statusAddress', 'reserveInput', 'releaseInput', 'lend'];
  // Embind marks with argCount the functions that it binds.
  const functions = Object.keys(wasm).filter(
    (name) => wasm[name]?.argCount !== undefined && !memory.includes(name),
  );
  const { Module } = createRequire(addonPath)(addonPath);
  const native = methodsOf(Module.prototype).filter((name) => !memory.includes(name));
  assert.deepEqual(native.sort(), functions.sort());

  const module = new Module(new ArrayBuffer(4096), (size) => new ArrayBuffer(size));
  module.lend(new Uint8Array(64));
  const methods = methodsOf(Object.getPrototypeOf(module.createStore()));
  assert.deepEqual(
    methods.filter((name) => name !== 'delete').sort(),
    methodsOf(wasm.Store.prototype).sort(),
  );
  assert.equal(typeof wasm.Store.prototype.delete, 'function');
});

test('two engines and their stores do not see each other', async () => {
  const other = await load('native');
  const [a, b] = [engine.createStore({ dimension: 2 }), other.createStore({ dimension: 2 })];
  const c = engine.createStore({ dimension: 3 });
  a.upsert(pattern('in a'), [1, 1]);
  b.upsert(pattern('in b'), [1, 2]);
  c.upsert(pattern('in c'), [1, 2, 3]);
  for (const [store, id] of [
    [a, 'in a'],
    [b, 'in b'],
    [c, 'in c'],
  ]) {
    assert.equal(store.size, 1);
    assert.equal(store.get(id).content, `content of ${id}`);
  }
  a.dispose();
  assert.equal(b.contains('in b'), true);
  assert.equal(c.contains('in a'), false);
  b.dispose();
  c.dispose();
});

test('a call on a deleted store, on the wrong object, or with wrong memory throws', () => {
  const { Module } = createRequire(addonPath)(addonPath);
  for (const args of [[], [new ArrayBuffer(8), () => undefined], [new ArrayBuffer(4096)]])
    assert.throws(() => new Module(...args), TypeError);
  const module = new Module(new ArrayBuffer(4096), (size) => new ArrayBuffer(size));
  assert.throws(() => module.lend('bytes'), TypeError);
  module.lend(new Uint8Array(64));
  const store = module.createStore();
  store.delete();
  store.delete();
  for (const name of ['size', 'search', 'save']) assert.throws(() => store[name](1), TypeError);
  assert.throws(() => new store.constructor(), TypeError);
  const size = Object.getPrototypeOf(store).size;
  assert.throws(() => size.call({}), TypeError);
  assert.throws(() => size.call(module), TypeError);
});

test('a reply that JavaScript cannot allocate is OUT_OF_MEMORY, and the store lives on', (t) => {
  const store = engine.createStore({ dimension: 1 });
  const content = 'x'.repeat(8 * MiB);
  store.upsert(pattern('large', { content }), [1]);
  const { ArrayBuffer } = globalThis;
  t.after(() => (globalThis.ArrayBuffer = ArrayBuffer));
  globalThis.ArrayBuffer = function (bytes) {
    if (bytes > MiB) throw new RangeError('Array buffer allocation failed');
    return new ArrayBuffer(bytes);
  };
  assert.throws(() => store.get('large'), refusal('OutOfMemoryError', 'OUT_OF_MEMORY', 'memory'));
  globalThis.ArrayBuffer = ArrayBuffer;
  assert.equal(store.get('large').content, content);
  store.dispose();
});

test('a snapshot in shared memory opens', () => {
  const { snapshot } = work(engine, 4);
  const shared = new Uint8Array(new SharedArrayBuffer(snapshot.byteLength));
  shared.set(snapshot);
  const store = engine.openStore(shared);
  assert.deepEqual(store.save(), snapshot);
  store.dispose();
});

test('workers give the answers and the bytes of the main thread', async (t) => {
  const seed = seedFor(t, 31);
  const seeds = [seed, seed + 1, seed + 2, seed];
  const answers = await Promise.all(
    seeds.map(async (it) => (await once(startWorker({ seed: it }), 'message'))[0]),
  );
  seeds.forEach((it, i) => assert.deepEqual(answers[i], work(engine, it)));
});

test('workers that are terminated at work leave the process and the addon usable', async () => {
  const expected = work(engine, 9);
  for (let round = 0; round < 4; ++round) {
    const workers = Array.from({ length: 3 }, () => startWorker({ endless: true }));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    assert.deepEqual(work(engine, 9), expected);
    assert.deepEqual(await Promise.all(workers.map((worker) => worker.terminate())), [1, 1, 1]);
  }
  assert.deepEqual(work(engine, 9), expected);
});

test('200 stores made and disposed of leave no memory behind', (t) => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  const next = random(seedFor(t, 22));
  const content = 'x'.repeat(50_000);
  const cycle = () => {
    const store = engine.createStore({ dimension: 32, hnsw: { m: 8, efConstruction: 20 } });
    for (let i = 0; i < 20; ++i)
      store.upsert(pattern(`p${i}`, { content }), randomVector(next, 32));
    store.search(randomVector(next, 32));
    const reopened = engine.openStore(store.save());
    store.dispose();
    reopened.dispose();
  };
  const resident = () => {
    collect();
    return process.memoryUsage.rss();
  };
  for (let i = 0; i < 40; ++i) cycle();
  const settled = resident();
  for (let i = 0; i < 200; ++i) cycle();
  // One store holds more than 1 MiB of content: 200 of them would be hundreds of MiB.
  const grown = resident() - settled;
  assert.ok(grown < 32 * MiB, `resident memory grew by ${grown} bytes`);
});

test('stores that nobody holds any more are freed with their objects', async (t) => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  const next = random(seedFor(t, 23));
  const content = 'x'.repeat(1 * MiB);
  const drop = async () => {
    const store = engine.createStore({ dimension: 8 });
    store.upsert(pattern('a', { content }), randomVector(next, 8));
    await new Promise(setImmediate);
  };
  for (let i = 0; i < 20; ++i) await drop();
  collect();
  await new Promise(setImmediate);
  const settled = process.memoryUsage.rss();
  for (let i = 0; i < 200; ++i) {
    await drop();
    if (i % 20 === 19) collect();
  }
  collect();
  await new Promise(setImmediate);
  const grown = process.memoryUsage.rss() - settled;
  assert.ok(grown < 64 * MiB, `resident memory grew by ${grown} bytes`);
});
