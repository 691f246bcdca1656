import { readFile } from 'node:fs/promises';

const BATCH = 1000;
const PLAIN = 0;

export default {
  name: 'edgevec',
  package: 'edgevec',
  runs: 'wasm',
  note: 'l2 of normalised vectors (with its cosine and dot stored vectors do not find themselves); ef_search is fixed when an index is made; rescore_factor 0 is its float32 search, others its binary search, rescored; it keeps indexes in IndexedDB alone',
  variants: [{ name: 'M=16', m: 16, efConstruction: 200, efSearch: 100 }],
  knob: { name: 'rescore_factor', values: [PLAIN, 2, 5, 10, 20, 50] },
  async open({ dimension, variant: { m, efConstruction, efSearch } }) {
    const { default: init, EdgeVec, EdgeVecConfig } = await import('edgevec/edgevec.js');
    const wasm = new URL('../node_modules/edgevec/edgevec_bg.wasm', import.meta.url);
    await init({ module_or_path: await readFile(wasm) });
    const config = new EdgeVecConfig(dimension);
    Object.assign(config, { metric: 'l2', m, m0: 2 * m });
    Object.assign(config, { ef_construction: efConstruction, ef_search: efSearch });
    const index = new EdgeVec(config);
    const rowOf = new Map();
    let factor = PLAIN;
    return {
      build(base) {
        for (let first = 0; first < base.count; first += BATCH) {
          const count = Math.min(BATCH, base.count - first);
          const from = first * dimension;
          const ids = index.insertBatchFlat(
            base.values.subarray(from, from + count * dimension),
            count,
          );
          ids.forEach((id, i) => rowOf.set(id, first + i));
        }
        index.enableBQ();
      },
      set: (value) => {
        factor = value;
      },
      query: (vector) => vector,
      search: (query, k) =>
        factor === PLAIN ? index.search(query, k) : index.searchBQRescored(query, k, factor),
      rowsOf: (results) => results.map(({ id }) => rowOf.get(id)),
      close: () => index.free(),
    };
  },
};
