// Threads of one process on one directory: readers in worker threads search and refresh while the main
// thread upserts, compacts, takes snapshots and copies. DAMASK_THREADS_STEPS: how many steps it makes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { DIMENSION, stepsOf } from './follow_steps.mjs';
import { openOn, scratch } from './open_support.mjs';
import { seedFor } from './support.mjs';

const STEPS = Number(process.env.DAMASK_THREADS_STEPS ?? 600);
const THREADS = 4;

test('worker threads read beside the writer of the main thread', async (t) => {
  const seed = seedFor(t, 51);
  const folder = await scratch(t);
  const storagePath = path.join(folder, 'store');
  const writer = await openOn('native', { dimension: DIMENSION, storagePath });
  const shared = new SharedArrayBuffer(4);
  const threads = Array.from({ length: THREADS }, (_, thread) => {
    const workerData = { storagePath, seed, count: STEPS, thread, shared };
    return new Worker(new URL('threads_reader.mjs', import.meta.url), { workerData });
  });
  t.after(() => Promise.all(threads.map((it) => it.terminate())));
  const tallies = threads.map((it) => once(it, 'message').then(([tally]) => tally));
  const work = async () => {
    for (const { step, batch, gone } of stepsOf(seed, STEPS)) {
      if (gone !== undefined) await writer.deletePattern(gone);
      await writer.storeBatch(batch);
      Atomics.store(new Int32Array(shared), 0, step);
      if (step % 100 === 0) await writer.optimize();
      if (step % 100 === 50) await writer.snapshot();
      if (step % 200 === 0) await writer.backup(path.join(folder, `copy-${step}`));
      await writer.searchSimilar([1, 2, 3, 4]);
    }
  };
  const [, ...seen] = await Promise.all([work(), ...tallies]);
  for (const tally of seen) t.diagnostic(JSON.stringify(tally));
  assert.ok(seen.every(({ refreshes }) => refreshes > 3));
  await writer.shutdown();
});

test('two threads cannot write at the same time, and the next one can', async (t) => {
  const storagePath = await scratch(t);
  const first = await openOn('native', { dimension: DIMENSION, storagePath });
  const second = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     import(workerData.support).then(async ({ openOn }) => {
       const open = () => openOn('native', { storagePath: workerData.storagePath });
       const told = await open().then(() => 'open', ({ code, message }) => [code, message]);
       parentPort.once('message', async () => {
         await (await open()).shutdown();
         parentPort.postMessage('written');
       });
       parentPort.postMessage(told);
     });`,
    {
      eval: true,
      workerData: { storagePath, support: new URL('open_support.mjs', import.meta.url).href },
    },
  );
  t.after(() => second.terminate());
  const [[code, message]] = await once(second, 'message');
  assert.equal(code, 'LOCKED');
  assert.ok(message.includes(`this process (${process.pid})`), message);
  await first.shutdown();
  second.postMessage('go');
  assert.deepEqual(await once(second, 'message'), ['written']);
});
