import { Worker } from 'node:worker_threads';

import { loadModel } from './model.mjs';

/** Texts that a worker takes at a time: enough of them share a token count to fill batches. */
const TAKE = 512;

/** Below this many texts starting workers costs more than it saves. */
const WORTH_WORKERS = 256;

/**
 * Embeds texts on `workers` threads. `onBatch(indexes, vectors)` is called on this thread for each
 * batch done; the order of the batches is not fixed, the vectors are.
 */
export async function embedTexts(texts, workers, onBatch) {
  if (texts.length === 0) return;
  // Long texts first: the threads finish at about the same time, and neighbours share a length.
  const order = texts.map((_, index) => index).sort((a, b) => texts[b].length - texts[a].length);
  if (workers === 1 || texts.length < WORTH_WORKERS) {
    const embed = await loadModel();
    for (let start = 0; start < order.length; start += TAKE) {
      const share = order.slice(start, start + TAKE);
      await embed(
        share.map((index) => texts[index]),
        (indexes, vectors) =>
          onBatch(
            indexes.map((index) => share[index]),
            vectors,
          ),
      );
    }
    return;
  }
  let next = 0;
  const runWorker = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./embed_worker.mjs', import.meta.url));
      let share = [];
      const take = () => {
        share = order.slice(next, next + TAKE);
        next += share.length;
        if (share.length === 0) worker.terminate().then(resolve, reject);
        else worker.postMessage(share.map((index) => texts[index]));
      };
      worker.on('error', reject);
      worker.on('message', ({ indexes, vectors, done }) => {
        if (done) take();
        else
          onBatch(
            indexes.map((index) => share[index]),
            vectors,
          );
      });
      take();
    });
  await Promise.all(Array.from({ length: workers }, runWorker));
}
