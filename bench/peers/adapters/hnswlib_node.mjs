import path from 'node:path';
import { EF_VALUES, GRAPHS } from './common.mjs';

const fileIn = (directory) => path.join(directory, 'hnswlib.index');

async function create(dimension) {
  const { default: hnswlib } = await import('hnswlib-node');
  return new hnswlib.HierarchicalNSW('ip', dimension);
}

function indexOn(graph, directory) {
  return {
    build(base) {
      for (let i = 0; i < base.count; ++i) graph.addPoint(Array.from(base.row(i)), i);
    },
    set: (ef) => graph.setEf(ef),
    query: (vector) => Array.from(vector),
    search: (query, k) => graph.searchKnn(query, k),
    rowsOf: ({ neighbors }) => neighbors,
    save: () => graph.writeIndex(fileIn(directory)),
    close() {},
  };
}

export default {
  name: 'hnswlib-node',
  package: 'hnswlib-node',
  runs: 'native',
  note: 'inner product of normalised vectors, plain arrays as it takes them',
  variants: GRAPHS,
  knob: { name: 'ef', values: EF_VALUES },
  async open({ dimension, count, directory, variant: { m, efConstruction } }) {
    const graph = await create(dimension);
    graph.initIndex({ maxElements: count, m, efConstruction, randomSeed: 100 });
    return indexOn(graph, directory);
  },
  async reopen({ dimension, directory }) {
    const graph = await create(dimension);
    await graph.readIndex(fileIn(directory));
    return indexOn(graph, directory);
  },
};
