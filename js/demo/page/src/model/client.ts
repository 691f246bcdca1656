import { proxy, wrap } from 'comlink';

import type { Embedder } from './worker.js';

/** Starts the model in a worker of its own; `ready` resolves when it can embed. */
export function startModel(folder: string, onProgress: (fraction: number) => void) {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'model',
  });
  const embedder = wrap<Embedder>(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message || 'its worker could not start'));
  });
  const ready = Promise.race([embedder.load(folder, proxy(onProgress)), broken]);
  return {
    ready,
    async embed(text: string) {
      await ready;
      return embedder.embed(text);
    },
  };
}

export type Model = ReturnType<typeof startModel>;
