// The arithmetic of the thirty days.
import assert from 'node:assert/strict';
import test from 'node:test';
import { chanceOf } from '../chance.mjs';
import { textOf } from '../checkpoint.mjs';
import { askInTurns, recallOf, scanned } from '../measure.mjs';
import { keysOf, parsePlan } from '../plan.mjs';
import { meanOf, percentile, preventedOf } from '../statistics.mjs';
import { degradationOf, summaryOf } from '../summary.mjs';

const row = (arm, recall, p50Us, more = {}) => ({
  ...{ side: 'damask', arm, recall, p50Us, p95Us: p50Us, p99Us: p50Us, memoryBytes: 100 },
  ...{ selfMiss: 0, unreachable: 0, ...more },
});

const caseOf = (seed, off, on) => ({
  ...{ seed, rate: 5, deletes: 'random' },
  days: [
    { day: 0, fresh: [], sides: [row('off', 1, 1), row('on', 1, 1)] },
    {
      ...{ day: 1, compared: true },
      fresh: [row('fresh', 0.96, 20)],
      sides: [
        row('off', 0.9, off),
        row('on', 0.96, on, {
          repair: {
            busyMs: 30,
            longestPauseMs: 1.5,
            machineStallMs: 0.5,
            longestCollectionMs: 0.7,
            actions: ['compact'],
          },
          during: { p50Ratio: on / 20, p99Ratio: 1.25 },
          before: { p50: on === 21 ? 0.5 : 0.3, recall: -1 },
        }),
      ],
    },
  ],
});

test('degradation is what is worse than the rebuild, by axis', () => {
  const found = degradationOf(row('off', 0.9, 30, { unreachable: 0.01, memoryBytes: 150 }), [
    row('fresh', 0.96, 20),
  ]);
  assert.deepEqual(Object.keys(found), [
    ...['recall', 'p50', 'p95', 'p99', 'memory', 'selfMiss', 'unreachable'],
  ]);
  assert.ok(Math.abs(found.recall - 0.0625) < 1e-12);
  assert.equal(found.p50, 0.5);
  assert.equal(found.memory, 0.5);
  assert.equal(found.unreachable, 0.01);
});

test('the summary has means, intervals and what was prevented of complete cases alone', () => {
  const cut = { ...caseOf(3, 99, 99), days: caseOf(3, 99, 99).days.slice(0, 1) };
  const summary = summaryOf([caseOf(1, 33, 21), caseOf(2, 35, 20), cut], 1);
  const [off, on] = summary;
  assert.equal(summary.length, 2);
  assert.equal(off.degradation.p50.value, 0.7);
  assert.equal(off.prevented, undefined);
  assert.equal(on.seeds, 2);
  assert.ok(Math.abs(on.prevented.p50.value - (1 - 0.025 / 0.7)) < 1e-12);
  assert.equal(on.prevented.recall.value, 1);
  assert.ok(Math.abs(off.worst.p50 - 0.75) < 1e-12);
  assert.deepEqual([on.worst.p50, on.worst.recall], [0.5, 0]);
  assert.equal(off.before, undefined);
  assert.deepEqual(Object.keys(on.before), ['recall', 'p50']);
  assert.ok(Math.abs(on.before.p50.value - 0.4) < 1e-12 && on.before.p50.high > 0.5);
  assert.equal(on.prevented.memory, undefined);
  assert.deepEqual([on.busyMs, on.longestPauseMs, on.duringP99Ratio], [30, 1.5, 1.25]);
  assert.deepEqual([on.machineStallMs, off.machineStallMs], [0.5, 0]);
  assert.equal(on.longestCollectionMs, 0.7);
  assert.ok(Math.abs(on.during.p50.value - 1.025) < 1e-12 && on.during.p99.value === 1.25);
  assert.equal(off.during, undefined);
});

test('an interval is of Student: 1 to 5 has 3 +- 1.963', () => {
  const { value, low, high } = meanOf([1, 2, 3, 4, 5]);
  assert.equal(value, 3);
  assert.ok(Math.abs(high - 4.9629) < 1e-3 && Math.abs(low - 1.0371) < 1e-3);
  assert.deepEqual(meanOf([7]), { value: 7, runs: 1 });
});

test('what was prevented has an interval around it, and none where nothing was worse', () => {
  const next = chanceOf('test');
  const { value, low, high } = preventedOf([1, 2, 1, 2, 1], [10, 12, 9, 11, 13], next);
  assert.ok(Math.abs(value - (1 - 7 / 55)) < 1e-12);
  assert.ok(low <= value && value <= high && high - low < 0.15);
  assert.equal(preventedOf([1], [-1], next), undefined);
  assert.equal(preventedOf([0, 0, 0], [1, -0.9, 1], next), undefined);
  assert.deepEqual(preventedOf([1], [4], next), { value: 0.75, runs: 1 });
});

test('percentiles are of the values themselves', () => {
  assert.deepEqual(
    [0.5, 0.95, 0.99, 1].map((part) => percentile([4, 1, 3, 2], part)),
    [2, 4, 4, 4],
  );
});

test('recall counts what was found of the true k, each once', () => {
  assert.equal(
    recallOf(
      [
        [1, 1, 9],
        [4, 5, 6],
      ],
      [
        [1, 2, 3],
        [6, 5, 4],
      ],
      3,
    ),
    4 / 6,
  );
});

test('a scan finds the nearest, best first', () => {
  const vectors = new Map([1, 0.2, 0.9, -1].map((x, i) => [i, [x, Math.sqrt(1 - x * x)]]));
  assert.deepEqual(scanned(vectors, [1, 0], 3), [0, 2, 1]);
});

test('each view is asked the same queries in the same order', () => {
  const asked = [[], []];
  const views = asked.map((list) => ({
    prepare: (query) => query,
    find: (query) => list.push(query),
    labelsOf: () => [],
    distancesOf: () => 1,
  }));
  const queries = Array.from({ length: 45 }, (_, i) => i);
  const runs = askInTurns(views, queries, { k: 1, passes: 2 });
  assert.deepEqual(asked[0], asked[1]);
  // Once to see what is found, then twice after five that are not timed for each of three blocks.
  assert.deepEqual(asked[0].slice(0, 50), [...queries, 44, 43, 42, 41, 40]);
  assert.equal(asked[0].length, 3 * 45 + 2 * 3 * 5);
  assert.ok(runs.every(({ us }) => us.length === 45 && us.every((it) => it >= 0)));
});

test('a report is JSON, a line for each day', () => {
  const report = { benchmark: 'churn', complete: true, cases: [caseOf(1, 30, 1 / 3)] };
  const text = textOf(report);
  assert.equal(JSON.parse(text).cases[0].days[1].sides[1].p50Us, 0.333333);
  assert.equal(text.split('\n').filter((line) => line.startsWith('{"day"')).length, 2);
});

test('all rates and orders of a seed come before the next', () => {
  const keys = [...keysOf({ rates: [1, 5], deletes: ['random'], seeds: 2 })];
  assert.deepEqual(
    keys.map(({ seed, rate }) => [seed, rate]),
    [
      [1, 1],
      [1, 5],
      [2, 1],
      [2, 5],
    ],
  );
});

test('options that make no sense are refused', () => {
  for (const [given, message] of [
    [['--rates', '0'], /--rates must be a whole number in \[1, 90\], not 0/],
    [['--deletes', 'newest'], /--deletes: newest is none of random, cluster, oldest/],
    [['--arms', 'off,off'], /--arms names something twice/],
    [['--drift', '20,10'], /--drift must be two days/],
    [['--ef', '5'], /--ef must be a whole number in \[10, 10000\], not 5/],
  ])
    assert.throws(() => parsePlan(given, {}), message);
  assert.deepEqual(parsePlan(['--data', 'x'], {}).source, { prefix: 'x' });
  assert.equal(parsePlan([], {}).plan.start, 5000);
});
