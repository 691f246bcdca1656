// damask's own store, once per engine, through the interface that programs use. Results are whole
// patterns; their content is left out, as the peers have none.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BACKENDS, only } from '../../js/engines.mjs';
import { damaskVersion } from '../versions.mjs';
import { EF_VALUES, GRAPHS } from './common.mjs';

const OPTIONS = { enableMetrics: false };

const damask = () => import('../../../js/lib/index.js');
const fileIn = (directory) => path.join(directory, 'index.damask');

function* patterns(base) {
  for (let i = 0; i < base.count; ++i)
    yield { id: String(i), type: 't', domain: 'd', content: '', embedding: base.row(i) };
}

function indexOn(store, directory) {
  let ef;
  return {
    build: (base) => store.importPatterns(patterns(base)),
    set: (value) => {
      ef = value;
    },
    query: (vector) => vector,
    search: (query, k) => store.searchSimilar(query, { k, ef, withContent: false }),
    rowsOf: (results) => results.map(({ pattern }) => Number(pattern.id)),
    save: async () => writeFile(fileIn(directory), await store.snapshot()),
    close: () => store.shutdown(),
  };
}

const peerOn = (backend) => ({
  name: `damask-${backend}`,
  package: 'damask',
  runs: backend === 'native' ? 'native' : 'wasm',
  version: damaskVersion,
  note: 'cosine; whole patterns as results, their content left out',
  // Without SIMD one build is long enough.
  variants: backend === 'wasm-scalar' ? GRAPHS.slice(0, 1) : GRAPHS,
  knob: { name: 'ef', values: EF_VALUES },
  async open({ dimension, directory, variant: { m, efConstruction } }) {
    const { openPatternStore } = await damask();
    const hnsw = { m, efConstruction };
    return indexOn(
      await openPatternStore({ dimension, hnsw, ...OPTIONS, ...only(backend) }),
      directory,
    );
  },
  async reopen({ directory }) {
    const { fromSnapshot } = await damask();
    const snapshot = await readFile(fileIn(directory));
    return indexOn(await fromSnapshot(snapshot, { ...OPTIONS, ...only(backend) }), directory);
  },
});

export default BACKENDS.map(peerOn);
