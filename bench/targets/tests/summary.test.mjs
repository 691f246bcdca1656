import assert from 'node:assert/strict';
import test from 'node:test';
import { recallOf, summarise, tableOf } from '../summary.mjs';

test('recall is the part of the true k that was found', () => {
  const truth = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  assert.equal(
    recallOf(
      [
        [1, 2],
        [4, 9],
      ],
      truth,
      2,
    ),
    0.75,
  );
  assert.equal(recallOf([[3, 2], []], truth, 2), 0.25);
});

const run = (p50Us, sha256 = 'a') => ({
  ...{ version: '1', instructionSet: 'x', recall: 1, openMs: 1 },
  ...{ usPerSearch: 2 * p50Us, p50Us, sha256 },
});
const targets = ['one', 'two', 'three'].map((name) => ({ name, runtime: 'r', backend: 'b' }));

test('a target counts with the median of its runs, beside the first', () => {
  const rows = summarise(
    targets,
    new Map([
      ['one', [run(10), run(30), run(20)]],
      ['two', [run(40), run(40), run(90)]],
      ['three', [run(1, 'a'), run(1, 'a'), run(1, 'b')]],
    ]),
  );
  assert.deepEqual(
    rows.map(({ p50Us }) => p50Us),
    [20, 40, 1],
  );
  assert.deepEqual(
    rows.map(({ ratio }) => ratio),
    [1, 2, 0.05],
  );
  assert.equal(rows[1].perSecond, 12500);
  assert.deepEqual(
    rows.map(({ sameAnswers }) => sameAnswers),
    [true, true, false],
  );
  assert.match(tableOf(rows), /three.*DIFFER/);
});

test('a target that failed once is a row that says why', () => {
  const rows = summarise(
    targets,
    new Map([
      ['one', [{ error: 'not installed' }]],
      ['two', [run(5)]],
      ['three', [run(10), { error: 'killed' }]],
    ]),
  );
  assert.equal(rows[0].error, 'not installed');
  assert.equal(rows[1].ratio, 1);
  assert.match(tableOf(rows), /three.*FAILED: killed/);
});
