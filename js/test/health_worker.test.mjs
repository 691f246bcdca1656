import assert from 'node:assert/strict';
import test from 'node:test';
import { expose } from 'comlink';
import { guarded } from '../lib/worker/endpoint.js';
import { transferErrors } from '../lib/worker/errors.js';
import { HOST_METHODS, WorkerHost } from '../lib/worker/host.js';
import { openInWorker } from '../lib/worker/remote.js';
import { builds, patterns } from './open_support.mjs';

/** Ports that callbacks and signals cross by: in one thread nobody's end closes them. */
const ports = [];
const { MessageChannel: Channel } = globalThis;
globalThis.MessageChannel = class extends Channel {
  constructor() {
    super();
    ports.push(this.port1, this.port2);
  }
};
test.after(() => ports.forEach((port) => port.close()));

/** The two ends of a worker, in one thread. */
function worker() {
  const { port1, port2 } = new MessageChannel();
  transferErrors();
  expose(new WorkerHost(), guarded(port2, HOST_METHODS));
  port2.start();
  return Object.assign(port1, {
    terminate: () => undefined,
  });
}

test('a store in a worker has its health, and tells of it', async () => {
  const heard = [];
  const warnings = [];
  const config = { ...builds, dimension: 8, preferredBackend: 'wasm-simd', healing: 'off' };
  const told = {
    onHealth: (event) => heard.push(event),
    onWarning: (message) => warnings.push(message),
  };
  const store = await openInWorker(worker(), { ...config, ...told }, undefined);
  const endThrowing = store.onHealth(() => {
    throw new Error('mine');
  });
  await store.storeBatch(patterns(600, 8));
  for (let i = 0; i < 300; ++i) await store.deletePattern(`pattern-${i}`);
  const also = [];
  const unsubscribe = store.onHealth((event) => also.push(event));
  assert.deepEqual(await store.healingActions(), []);
  const progress = [];
  const [action] = await store.heal({ onProgress: (it) => progress.push(it) });
  assert.equal(action.kind, 'compact');
  assert.equal(action.outcome, 'kept');
  assert.equal(action.after.tombstones, 0);
  assert.deepEqual(await store.healingActions(), [action]);
  const [sample] = await store.healthHistory();
  assert.equal(sample.tombstones, 300);
  assert.equal(sample.backend, 'wasm-simd');
  while (heard.length === 0 || progress.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(heard, [{ kind: 'action', action }]);
  assert.deepEqual(also, heard);
  assert.deepEqual(warnings, ['a listener of onHealth threw: mine']);
  unsubscribe();
  endThrowing();
  const controller = new AbortController();
  controller.abort(new Error('not now'));
  await assert.rejects(store.heal({ signal: controller.signal }), /not now/u);
  assert.equal(also.length, 1);
  const late = new AbortController();
  const many = patterns(3000, 8, 7);
  const stored = store.storeBatch(many, {
    signal: late.signal,
    onProgress: () => late.abort(new Error('enough')),
  });
  await assert.rejects(stored, /enough/u);
  assert.equal(await store.count(), 300);
  await store.shutdown();
  assert.throws(() => store.onHealth(() => undefined), { code: 'DISPOSED' });
});
