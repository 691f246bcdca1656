import path from 'node:path';
import { batches, EF_VALUES } from './common.mjs';

const GRAPH_KNOB = {
  name: 'ef',
  values: EF_VALUES.filter((ef) => ef >= 24),
  apply: (query, ef) => query.ef(ef).refineFactor(2),
};
const LISTS_KNOB = {
  name: 'nprobes',
  values: [1, 2, 4, 8, 16, 32, 64, 128],
  apply: (query, nprobes) => query.nprobes(nprobes),
};

const connect = async (directory) =>
  (await import('@lancedb/lancedb')).connect(path.join(directory, 'lancedb'));

function indexOn(connection, first, { variant }) {
  let table = first;
  let value;
  return {
    async build(base) {
      const { Index, makeArrowTable } = await import('@lancedb/lancedb');
      for (const batch of batches(base, 10_000)) {
        const rows = batch.vectors.map((vector, i) => ({
          id: batch.first + i,
          vector: Array.from(vector),
        }));
        const arrow = makeArrowTable(rows);
        if (table) await table.add(arrow);
        else table = await connection.createTable('vectors', arrow);
      }
      const config = Index[variant.index](variant.options(base.count));
      await table.createIndex('vector', { config });
    },
    set: (next) => {
      value = next;
    },
    query: (vector) => vector,
    search: (query, k) => {
      const near = table.query().nearestTo(query).distanceType('cosine');
      return variant.knob.apply(near, value).select(['id']).limit(k).toArray();
    },
    rowsOf: (rows) => rows.map(({ id }) => Number(id)),
    save() {},
    close: () => connection.close(),
  };
}

const graphOptions = (m) => () => ({
  distanceType: 'cosine',
  numPartitions: 1,
  m,
  efConstruction: 200,
});

export default {
  name: 'lancedb',
  package: '@lancedb/lancedb',
  runs: 'native',
  note: 'cosine, a table in files; only the ids are selected; the graph is of scalar codes, its results refined (refineFactor 2)',
  variants: [
    ...[16, 32].map((m) => ({
      ...{ name: `HNSW_SQ M=${m}`, m, efConstruction: 200, knob: GRAPH_KNOB },
      ...{ index: 'hnswSq', options: graphOptions(m) },
    })),
    {
      ...{ name: 'IVF_FLAT', knob: LISTS_KNOB, index: 'ivfFlat' },
      options: (count) => ({
        distanceType: 'cosine',
        numPartitions: Math.round(Math.sqrt(count)),
      }),
    },
  ],
  open: async (where) => indexOn(await connect(where.directory), undefined, where),
  async reopen(where) {
    const connection = await connect(where.directory);
    return indexOn(connection, await connection.openTable('vectors'), where);
  },
};
