import path from 'node:path';
import { bytesOf, EF_VALUES, GRAPHS } from './common.mjs';

async function graphOn(db, { dimension, count, directory, variant: { m, efConstruction } }) {
  const { HNSWIndex } = await import('agentdb/controllers/HNSWIndex');
  return new HNSWIndex(db, {
    M: m,
    efConstruction,
    efSearch: EF_VALUES.at(-1),
    metric: 'cosine',
    dimension,
    maxElements: count,
    persistIndex: true,
    indexPath: path.join(directory, 'agentdb.index'),
  });
}

async function database() {
  const { createDatabase } = await import('agentdb');
  const db = await createDatabase(':memory:');
  db.exec('create table pattern_embeddings (pattern_id integer primary key, embedding blob)');
  return db;
}

async function indexIn(where) {
  const db = await database();
  const graph = await graphOn(db, where);
  return {
    async build(base) {
      const insert = db.prepare('insert into pattern_embeddings values (?, ?)');
      db.exec('begin');
      for (let i = 0; i < base.count; ++i) insert.run(i, bytesOf(base.row(i)));
      db.exec('commit');
      await graph.buildIndex('pattern_embeddings');
    },
    set: (ef) => graph.setEfSearch(ef),
    query: (vector) => vector,
    search: (query, k) => graph.search(query, k),
    rowsOf: (results) => results.map(({ id }) => id),
    save: () => graph.saveIndex(),
    close: () => db.close(),
  };
}

export default {
  name: 'agentdb',
  package: 'agentdb',
  runs: 'native',
  note: 'its HNSWIndex over a table of its database in memory; cosine; installed with a newer sharp than it asks for',
  variants: GRAPHS,
  knob: { name: 'efSearch', values: EF_VALUES },
  open: indexIn,
  reopen: indexIn,
};
