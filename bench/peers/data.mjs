// The vectors of a run, as each process reads or makes them for itself.
import { generateDataset, readDataset } from '../js/dataset.mjs';

/**
 * `{ prefix, queries }` names files as bench/js/dataset.mjs describes them; otherwise `{ count,
 * dimension, seed, queries }` generates. Every vector has length 1, for peers that compare inner
 * products. Queries are an array of rows, at most as many as wanted.
 */
export async function loadData(source) {
  const set = source.prefix ? await readDataset(source.prefix) : generateDataset(source);
  for (const vectors of [set.base, set.queries]) normalise(vectors);
  const asked = Math.min(source.queries, set.queries.count);
  return {
    base: set.base,
    queries: Array.from({ length: asked }, (_, i) => set.queries.row(i)),
    truth: set.truth.slice(0, asked),
    shape: { dimension: set.base.dimension, count: set.base.count },
    name: set.name,
    truthSource: source.prefix ? 'exact search, from the set' : set.truthSource,
  };
}

function normalise(vectors) {
  for (let i = 0; i < vectors.count; ++i) {
    const row = vectors.row(i);
    const length = Math.hypot(...row);
    for (let j = 0; j < row.length; ++j) row[j] /= length;
  }
}
