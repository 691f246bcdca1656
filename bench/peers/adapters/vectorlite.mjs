import path from 'node:path';
import { bytesOf, EF_VALUES, GRAPHS } from './common.mjs';

async function database(directory) {
  const { default: Database } = await import('better-sqlite3');
  const { default: vectorlite } = await import('vectorlite');
  const db = new Database(path.join(directory, 'vectorlite.db'));
  db.loadExtension(vectorlite.vectorlitePath());
  return db;
}

function indexOn(db) {
  const select = db
    .prepare('select rowid from vectors where knn_search(vector, knn_param(?, ?, ?))')
    .pluck();
  let ef;
  return {
    build(base) {
      const insert = db.prepare('insert into vectors(rowid, vector) values (?, ?)');
      db.transaction(() => {
        for (let i = 0; i < base.count; ++i) insert.run(i, bytesOf(base.row(i)));
      })();
    },
    set: (value) => {
      ef = BigInt(value);
    },
    query: bytesOf,
    search: (query, k) => select.all(query, BigInt(k), ef),
    rowsOf: (rows) => rows,
    // It writes its file when the database is closed.
    save: () => db.close(),
    close: () => db.close(),
  };
}

export default {
  name: 'vectorlite',
  package: 'vectorlite',
  runs: 'native',
  note: 'inner product of normalised float32 vectors as blobs, through better-sqlite3; one transaction',
  variants: GRAPHS,
  knob: { name: 'ef', values: EF_VALUES },
  async open({ dimension, count, directory, variant: { m, efConstruction } }) {
    const db = await database(directory);
    const graph = `max_elements=${count}, M=${m}, ef_construction=${efConstruction}, random_seed=100`;
    const file = path.join(directory, 'vectorlite.index');
    db.exec(
      `create virtual table vectors using vectorlite(vector float32[${dimension}] ip, hnsw(${graph}), '${file}')`,
    );
    return indexOn(db);
  },
  reopen: async ({ directory }) => indexOn(await database(directory)),
};
