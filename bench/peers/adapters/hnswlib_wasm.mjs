import { batches, EF_VALUES, GRAPHS } from './common.mjs';

/**
 * The package is built for web pages and refuses to load where it sees Node: while it loads, there is
 * no `process`, and there are a window, a document and an IndexedDB.
 */
async function load() {
  await import('fake-indexeddb/auto');
  globalThis.window = globalThis;
  globalThis.document = { currentScript: null, title: '' };
  const { process } = globalThis;
  globalThis.process = undefined;
  try {
    const { loadHnswlib } = await import('hnswlib-wasm/dist/hnswlib.js');
    return await loadHnswlib();
  } finally {
    globalThis.process = process;
  }
}

export default {
  name: 'hnswlib-wasm',
  package: 'hnswlib-wasm',
  runs: 'wasm',
  note: 'inner product of normalised vectors, in batches; made for web pages, of which it is shown one; it keeps indexes in IndexedDB alone',
  variants: GRAPHS,
  knob: { name: 'ef', values: EF_VALUES },
  async open({ dimension, count, variant: { m, efConstruction } }) {
    const lib = await load();
    const graph = new lib.HierarchicalNSW('ip', dimension, '');
    graph.initIndex(count, m, efConstruction, 100);
    return {
      build(base) {
        for (const { first, vectors } of batches(base, 1000)) {
          const labels = vectors.map((_, i) => first + i);
          graph.addPoints(vectors, labels, false);
        }
      },
      set: (ef) => graph.setEfSearch(ef),
      query: (vector) => vector,
      search: (query, k) => graph.searchKnn(query, k, undefined),
      rowsOf: ({ neighbors }) => neighbors,
      close: () => graph.delete(),
    };
  },
};
