import path from 'node:path';

const fileIn = (directory) => path.join(directory, 'faiss.index');
const load = async () => (await import('faiss-node')).default;

function indexOn(index, directory) {
  return {
    build(base) {
      const all = Array.from(base.values);
      if (!index.isTrained()) index.train(all);
      index.add(all);
    },
    query: (vector) => Array.from(vector),
    search: (query, k) => index.search(query, k),
    rowsOf: ({ labels }) => labels,
    save: () => index.write(fileIn(directory)),
    close() {},
  };
}

export default {
  name: 'faiss-node',
  package: 'faiss-node',
  runs: 'native',
  note: 'inner product of normalised vectors; its interface sets no efSearch',
  install: 'downloads a binary from its code host, or clones faiss from there and builds it',
  variants: [16, 32].map((m) => ({ name: `M=${m}`, m, factory: `HNSW${m},Flat` })),
  async open({ dimension, directory, variant: { factory } }) {
    const { Index, MetricType } = await load();
    const index = Index.fromFactory(dimension, factory, MetricType.METRIC_INNER_PRODUCT);
    return indexOn(index, directory);
  },
  async reopen({ directory }) {
    const { Index } = await load();
    return indexOn(Index.read(fileIn(directory)), directory);
  },
};
