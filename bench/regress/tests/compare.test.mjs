import assert from 'node:assert/strict';
import test from 'node:test';
import { compare, figuresOf } from '../compare.mjs';

const TEXT = `desc: Trigger: --dump-before=regress_filtered
events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw Bc Bcm Bi Bim
totals: 1000 200 100 3 40 5 1 30 2 90 8 10
`;

test('figures are read from what callgrind writes, zeros at the end left out', () => {
  assert.deepEqual(figuresOf(TEXT, 7), {
    instructions: 1000,
    distances: 7,
    bytesFromL2: 64 * 45,
    bytesFromMemory: 64 * 32,
    mispredicted: 8,
  });
  assert.equal('distances' in figuresOf(TEXT), false);
});

const measured = (figures, compiler = '12') => ({
  compiler,
  workload: { count: 1 },
  phases: {
    search: { instructions: 1000, distances: 50, bytesFromL2: 1e8, mispredicted: 9, ...figures },
  },
});
const verdicts = (before, now) =>
  Object.fromEntries(compare(before, now).map(({ figure, verdict }) => [figure, verdict]));

test('more than 3% more fails, 3% less is told', () => {
  const base = measured({});
  assert.equal(verdicts(base, measured({ instructions: 1030 })).instructions, 'same');
  assert.equal(verdicts(base, measured({ instructions: 1031 })).instructions, 'MORE');
  assert.equal(verdicts(base, measured({ instructions: 970 })).instructions, 'same');
  assert.match(verdicts(base, measured({ instructions: 969 })).instructions, /^less/);
  assert.equal(verdicts(base, measured({ distances: 52 })).distances, 'MORE');
  assert.equal(verdicts(base, measured({ bytesFromL2: 1.04e8 })).bytesFromL2, 'MORE');
});

test('mispredicted branches and few bytes do not decide', () => {
  const base = measured({ bytesFromL2: 64 });
  const { mispredicted, bytesFromL2 } = verdicts(
    base,
    measured({ bytesFromL2: 6400, mispredicted: 99 }),
  );
  assert.deepEqual([mispredicted, bytesFromL2], ['', '']);
});

test('what another compiler made is held to its distances alone', () => {
  const { instructions, distances } = verdicts(measured({}), measured({ distances: 60 }, '13'));
  assert.deepEqual([instructions, distances], ['new', 'MORE']);
  assert.equal(verdicts(undefined, measured({})).instructions, 'new');
});
