import { EmbeddingsModel } from '@energetic-ai/embeddings';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import scalarUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { expose } from 'comlink';

import { readJson } from '../fetching.js';
import { loadGraphModel } from './tensorflow.js';

let model: EmbeddingsModel | undefined;

const embedder = {
  /** Loads the model from the folder at this URL, telling which share of it has arrived. */
  async load(folder: string, onProgress: (fraction: number) => void): Promise<void> {
    // No threads: they start from a script that would have to lie beside this one. The path of their
    // module must be given all the same.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths({
      'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
      'tfjs-backend-wasm.wasm': scalarUrl,
      'tfjs-backend-wasm-simd.wasm': simdUrl,
    });
    await setBackend('wasm');
    const [graph, vocabulary] = await Promise.all([
      loadGraphModel(`${folder}/model.json`, { onProgress }),
      readJson<[string, number][]>(`${folder}/vocab.json`),
    ]);
    model = new EmbeddingsModel({ model: graph, vocabulary });
    // The first run of a model is its slowest.
    await model.embed('warm up');
  },

  /** The embedding of one text, and the milliseconds that the model took. */
  async embed(text: string): Promise<{ vector: Float32Array; milliseconds: number }> {
    if (model === undefined) throw new Error('the model is not loaded');
    const start = performance.now();
    const vector = Float32Array.from(await model.embed(text));
    return { vector, milliseconds: performance.now() - start };
  },
};

export type Embedder = typeof embedder;

expose(embedder);
