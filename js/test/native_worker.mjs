// Runs the addon in a worker: the same work as native.test.mjs does on the main thread, or work
// without end, to be terminated in the middle of.
import { parentPort, workerData } from 'node:worker_threads';
import { loadNative } from '../lib/native.js';
import { addonPath, pattern, random, randomVector } from './support.mjs';

/** The snapshot and the answers of a store with a scripted history. */
export function work(engine, seed) {
  const next = random(seed);
  const store = engine.createStore({ dimension: 24, seed });
  for (let i = 0; i < 300; ++i)
    store.upsert(pattern(`p${i % 250}`, { domain: `d${i % 3}` }), randomVector(next, 24));
  const answers = Array.from({ length: 20 }, () => store.search(randomVector(next, 24)));
  const snapshot = store.save();
  store.dispose();
  return { answers, snapshot };
}

if (parentPort) {
  const engine = await loadNative({ path: addonPath });
  if (workerData.endless) {
    parentPort.postMessage('started');
    for (let seed = 1; ; ++seed) work(engine, seed);
  }
  parentPort.postMessage(work(engine, workerData.seed));
}
