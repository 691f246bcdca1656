/** A Web Worker that runs worker.js. Literal, so that bundlers find and move it. */
export function startWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'damask' });
}
