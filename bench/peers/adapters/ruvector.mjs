import path from 'node:path';
import { batches } from './common.mjs';

async function indexIn({ dimension, count, directory, variant }) {
  const { m, efConstruction, efSearch } = variant;
  const { default: core } = await import('@ruvector/core');
  const db = new core.VectorDb({
    dimensions: dimension,
    distanceMetric: 'Cosine',
    storagePath: path.join(directory, 'ruvector.db'),
    hnswConfig: { m, efConstruction, efSearch, maxElements: count },
  });
  return {
    async build(base) {
      for (const { first, vectors } of batches(base, 1000))
        await db.insertBatch(vectors.map((vector, i) => ({ id: String(first + i), vector })));
    },
    query: (vector) => vector,
    search: (vector, k) => db.search({ vector, k }),
    rowsOf: (results) => results.map(({ id }) => Number(id)),
    save() {},
    close() {},
  };
}

export default {
  name: 'ruvector',
  package: '@ruvector/core',
  runs: 'native',
  note: 'the engine of the package ruvector; cosine, in batches of 1000, stored in a file; results bring their vectors; the efSearch of a single search is not heeded, so each row has one',
  variants: [
    { name: 'M=16 efSearch=100', m: 16, efConstruction: 200, efSearch: 100 },
    { name: 'M=32 efSearch=400', m: 32, efConstruction: 200, efSearch: 400 },
  ],
  open: indexIn,
  reopen: indexIn,
};
