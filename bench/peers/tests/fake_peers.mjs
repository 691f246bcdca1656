// Peers that behave in known ways: right, too few, forgetting, throwing, dying, hanging.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

function exactRows(base, query, k) {
  const dot = (row) => row.reduce((sum, value, j) => sum + value * query[j], 0);
  const scores = Array.from({ length: base.count }, (_, i) => [dot(base.row(i)), i]);
  return scores
    .sort((a, b) => b[0] - a[0])
    .slice(0, k)
    .map(([, row]) => row);
}

const peer = (name, overrides = {}, more = {}) => ({
  name,
  package: 'fake',
  version: async () => '1.2.3',
  variants: [{ name: 'plain', setting: 7 }],
  async open() {
    let base;
    return {
      build: (given) => (base = { count: given.count, row: given.row.bind(given) }),
      query: (vector) => vector,
      search: (query, k) => exactRows(base, query, k),
      rowsOf: (rows) => rows,
      save() {},
      close() {},
      ...overrides,
    };
  },
  ...more,
});

/** Finds `value` of the ten true rows, and otherwise row 0. */
const tunable = peer('tunable', {}, { knob: { name: 'right', values: [1, 10] } });
const openTunable = tunable.open;
tunable.open = async (where) => {
  const index = await openTunable(where);
  let right;
  return {
    ...index,
    set: (value) => (right = value),
    rowsOf: (rows) => rows.slice(0, right),
  };
};

const kept = peer('kept');
kept.reopen = async (where) => {
  const index = await kept.open(where);
  index.search = () => [1, 2, 3];
  return index;
};

export default [
  peer('exact'),
  tunable,
  kept,
  peer(
    'forgetful',
    {},
    {
      reopen: async () => {
        throw new Error('nothing is there');
      },
    },
  ),
  peer('absent', {}, { version: undefined, package: 'no-such-package' }),
  peer('throwing', {
    search: () => {
      throw new Error('search is not for today');
    },
  }),
  peer('dying', { build: () => process.abort() }),
  peer('hanging', { build: () => new Promise(() => setInterval(() => {}, 1000)) }),
  peer(
    'untidy',
    {},
    {
      open: async ({ directory }) => {
        writeFileSync(path.join(directory, 'left.behind'), 'x');
        throw new Error(`left something in ${directory}`);
      },
    },
  ),
];
