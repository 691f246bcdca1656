// In two worker threads at the same time, both on every backend: threads.mjs BACKEND...
import * as damask from 'damask';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { report } from './report.mjs';

if (isMainThread) {
  const threads = Array.from(
    { length: 2 },
    () => new Worker(new URL(import.meta.url), { workerData: process.argv.slice(2) }),
  );
  const rows = await Promise.all(threads.map((it) => once(it, 'message')));
  console.log(JSON.stringify(rows.flat(2)));
} else {
  parentPort.postMessage(await report(damask, workerData));
}
