import os from 'node:os';
import path from 'node:path';
import { EF_VALUES, GRAPHS } from './common.mjs';

const fileIn = (directory) => path.join(directory, 'usearch.index');

async function create({ dimension, variant: { m, efConstruction, scalar } }, ef) {
  const { Index } = await import('usearch');
  return new Index({
    dimensions: dimension,
    metric: 'ip',
    quantization: scalar,
    connectivity: m,
    expansion_add: efConstruction,
    expansion_search: ef,
    multi: false,
  });
}

const KNOB = { name: 'expansion_search', values: EF_VALUES };

/** Its JavaScript interface takes expansion_search when an index is made: another value, another index. */
function indexOn(first, where) {
  let index = first;
  let saved = false;
  const file = fileIn(where.directory);
  return {
    build(base) {
      const keys = BigUint64Array.from({ length: base.count }, (_, i) => BigInt(i));
      index.add(keys, base.values, os.cpus().length);
    },
    async set(ef) {
      if (!saved) index.save(file);
      saved = true;
      index = await create(where, ef);
      index.load(file);
    },
    query: (vector) => vector,
    search: (query, k) => index.search(query, k, 1),
    rowsOf: ({ keys }) => Array.from(keys, Number),
    save: () => index.save(file),
    close() {},
  };
}

export default {
  name: 'usearch',
  package: 'usearch',
  runs: 'native',
  note: 'inner product of normalised vectors; one batch insert on all cores; expansion_search is set by loading the saved index anew',
  variants: [
    ...['f32', 'f16'].flatMap((scalar) =>
      GRAPHS.map(({ name, ...graph }) => ({ name: `${scalar} ${name}`, scalar, ...graph })),
    ),
    { name: 'i8 M=32', scalar: 'i8', m: 32, efConstruction: 200 },
  ],
  knob: KNOB,
  open: async (where) => indexOn(await create(where, KNOB.values[0]), where),
  reopen: async (where) => {
    const index = await create(where, KNOB.values.at(-1));
    index.load(fileIn(where.directory));
    return indexOn(index, where);
  },
};
