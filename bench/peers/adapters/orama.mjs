import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import v8 from 'node:v8';
import { batches } from './common.mjs';

const fileIn = (directory) => path.join(directory, 'orama.index');

async function indexIn({ dimension, directory }) {
  const orama = await import('@orama/orama');
  const db = orama.create({ schema: { vector: `vector[${dimension}]` } });
  return {
    async build(base) {
      for (const { first, vectors } of batches(base, 1000)) {
        const documents = vectors.map((vector, i) => ({
          id: String(first + i),
          vector: Array.from(vector),
        }));
        await orama.insertMultiple(db, documents, 1000);
      }
    },
    query: (vector) => Array.from(vector),
    search: (value, k) =>
      orama.searchVector(db, {
        mode: 'vector',
        vector: { value, property: 'vector' },
        similarity: 0,
        limit: k,
      }),
    rowsOf: ({ hits }) => hits.map(({ id }) => Number(id)),
    save: () => writeFile(fileIn(directory), v8.serialize(orama.save(db))),
    load: async () => orama.load(db, v8.deserialize(await readFile(fileIn(directory)))),
    close() {},
  };
}

export default {
  name: 'orama',
  package: '@orama/orama',
  runs: 'javascript',
  note: 'cosine over every vector; similarity threshold 0; kept by its save and load',
  variants: [{ name: 'exact' }],
  open: indexIn,
  async reopen(where) {
    const index = await indexIn(where);
    await index.load();
    return index;
  },
};
