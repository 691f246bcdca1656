import path from 'node:path';
import { bytesOf } from './common.mjs';

const RESCORED = {
  columns: (dimension) =>
    `vector float[${dimension}] distance_metric=cosine, bits bit[${dimension}]`,
  insert: 'insert into vectors(rowid, vector, bits) values (?, ?, vec_quantize_binary(?))',
  values: (vector) => [vector, vector],
  select: `with candidates as (
      select rowid, vector from vectors
      where bits match vec_quantize_binary(@query) order by distance limit @k * @oversample)
    select rowid from candidates order by vec_distance_cosine(vector, @query) limit @k`,
};
const EXACT = {
  columns: (dimension) => `vector float[${dimension}] distance_metric=cosine`,
  insert: 'insert into vectors(rowid, vector) values (?, ?)',
  values: (vector) => [vector],
  select: 'select rowid from vectors where vector match @query and k = @k',
};

async function database(directory) {
  const { default: Database } = await import('better-sqlite3');
  const { load } = await import('sqlite-vec');
  const db = new Database(path.join(directory, 'sqlite-vec.db'));
  load(db);
  db.pragma('mmap_size = 4294967296');
  return db;
}

function indexOn(db, { form }) {
  const select = db.prepare(form.select).pluck();
  const settings = {};
  return {
    build(base) {
      const insert = db.prepare(form.insert);
      db.transaction(() => {
        for (let i = 0; i < base.count; ++i)
          insert.run(BigInt(i), ...form.values(bytesOf(base.row(i))));
      })();
    },
    set: (oversample) => {
      settings.oversample = oversample;
    },
    query: bytesOf,
    search: (query, k) => select.all({ query, k, ...settings }),
    rowsOf: (rows) => rows,
    save() {},
    close: () => db.close(),
  };
}

export default {
  name: 'sqlite-vec',
  package: 'sqlite-vec',
  runs: 'native',
  note: 'scans a table in a file that is mapped into memory, through better-sqlite3',
  variants: [
    { name: 'float32', form: EXACT },
    {
      name: 'bits rescored',
      form: RESCORED,
      knob: { name: 'oversample', values: [4, 8, 16, 32, 64, 128] },
    },
  ],
  async open({ dimension, directory, variant }) {
    const db = await database(directory);
    db.exec(`create virtual table vectors using vec0(${variant.form.columns(dimension)})`);
    return indexOn(db, variant);
  },
  reopen: async ({ directory, variant }) => indexOn(await database(directory), variant),
};
