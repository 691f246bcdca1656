import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateDataset } from '../../js/dataset.mjs';
import { lineThrough } from '../calibrate.mjs';
import { clockOf } from '../clock.mjs';
import { percentile, responses, timed } from '../queue.mjs';
import { dispersionOf, interval, scoreOf, summarise } from '../score.mjs';
import { contrast, traceOf, weatherAt } from '../trace.mjs';

const data = generateDataset({ count: 600, queries: 60, dimension: 8, seed: 5 });
const trace = (more = {}) => [
  ...traceOf({
    ...{ base: data.base, queries: data.queries, seed: 3, horizons: 20, start: 300 },
    ...{ changes: { inserted: 5, replaced: 6 }, searches: 30, samples: 4, calm: false, ...more },
  }),
];

test('a trace is the same for the same seed, and another for another', () => {
  assert.deepEqual(trace(), trace());
  assert.notDeepEqual(trace(), trace({ seed: 4 }));
});

test('a trace inserts only what was never there, and removes only what is', () => {
  const live = new Set(Array.from({ length: 300 }, (_, row) => row));
  const ever = new Set(live);
  for (const { inserted, removed } of trace()) {
    assert.equal(inserted.length, 11);
    assert.equal(removed.length, 6);
    for (const row of removed) assert.ok(live.delete(row));
    for (const row of inserted) {
      assert.ok(!ever.has(row) && row >= 300 && row < 600);
      live.add(row);
      ever.add(row);
    }
  }
  assert.equal(live.size, 300 + 20 * 5);
});

test('the load doubles in the middle and comes back; queries become harder and easier again', () => {
  const horizons = trace();
  assert.equal(horizons[0].queries.length, 30);
  assert.equal(horizons[10].queries.length, 60);
  assert.equal(horizons[19].queries.length, 30);
  assert.deepEqual(weatherAt(0), { moved: 0, hard: 0, load: 1 });
  assert.deepEqual(weatherAt(0.8), { moved: 1, hard: 1, load: 1 });
  assert.equal(weatherAt(0.95).hard, 0);
  for (const { queries, gaps, sampled } of horizons) {
    assert.equal(gaps.length, queries.length);
    assert.equal(new Set(sampled).size, 4);
    assert.ok(sampled.every((i) => i < queries.length));
  }
});

test('a calm trace keeps its load and its queries as they are', () => {
  for (const { load, hard, moved } of trace({ calm: true }))
    assert.deepEqual([load, hard, moved], [1, 0, 0]);
});

test('a contrast is of length 1, near the one and far from the other', () => {
  const made = contrast(Float32Array.of(1, 0), Float32Array.of(0.6, 0.8));
  assert.ok(Math.abs(Math.hypot(...made) - 1) < 1e-6);
  assert.ok(made[0] > 0.5);
  assert.ok(made[0] * 0.6 + made[1] * 0.8 < 0);
});

test('a search waits for those before it, and what is left waits for the next horizon', () => {
  const first = responses([100, 100, 100], [1, 0.5, 10], 10_000);
  assert.deepEqual(first, { all: [100, 150, 100], backlog: 100 });
  const second = responses([10], [0.5], 10_000, first.backlog);
  assert.deepEqual(second.all, [60]);
});

test('percentiles are values that were seen', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(timed(values), { count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  assert.equal(percentile([7], 0.99), 7);
});

test('the clock that counts distances always says the same of the same search', () => {
  const clock = clockOf('distances', { perSearch: 5, perDistance: 0.5 });
  const report = { distanceComputations: 40 };
  assert.equal(clock(() => ({ report })).us, 25);
  const line = lineThrough([1, 2, 4].map((x) => ({ x, y: 5 + 0.5 * x })));
  assert.ok(Math.abs(line.slope - 0.5) < 1e-12 && Math.abs(line.offset - 5) < 1e-12);
});

const horizon = (recall, p99Us, more = {}) => ({
  ...{ recall, p99Us, ef: 10, meanServiceUs: 1, distances: 100, missedSquares: 1, ...more },
});
const TARGETS = { recall: 0.95, p99Ms: 1 };

test('a horizon that is outside both counts once', () => {
  const seen = [horizon(0.95, 1000), horizon(0.9, 900), horizon(0.96, 1001), horizon(0.9, 2000)];
  const { outsideRecall, outsideBudget, outsideEither } = scoreOf(seen, TARGETS);
  assert.deepEqual([outsideRecall, outsideBudget, outsideEither], [0.5, 0.5, 0.75]);
});

test('intervals are those of Student', () => {
  const { mean, low, high } = interval([1, 2, 3]);
  assert.equal(mean, 2);
  assert.ok(Math.abs(high - 2 - 4.303 / Math.sqrt(3)) < 1e-9);
  assert.ok(Math.abs(mean - low - (high - mean)) < 1e-12);
  assert.deepEqual(interval([4]), { mean: 4, low: null, high: null });
});

const runs = [1, 2].map((seed) => ({
  seed,
  horizons: [{}, {}],
  arms: [
    { name: 'mpc', kind: 'mpc', horizons: [horizon(0.96, 500), horizon(0.96, 500)] },
    { name: 'pi', kind: 'pi', horizons: [horizon(0.94, 500), horizon(0.96, 500)] },
    {
      ...{ name: 'fixed 10', kind: 'fixed' },
      horizons: [horizon(seed === 1 ? 0.96 : 0.94, 500), horizon(0.94, 500)],
    },
    {
      ...{ name: 'fixed 20', kind: 'fixed' },
      horizons: [horizon(0.97, seed === 1 ? 2000 : 500), horizon(0.97, 2000)],
    },
  ],
}));

test('rivals are chosen in hindsight, for each seed and for all', () => {
  const { against, possible } = summarise(runs, TARGETS);
  const each = against.find(({ rival }) => rival === 'fixed, best for each seed');
  assert.deepEqual(each.chosen, ['fixed 10', 'fixed 20']);
  assert.equal(each.outsideEither.mean, 0.5);
  assert.equal(each.outsideEitherMore.mean, -0.5);
  const one = against.find(({ rival }) => rival === 'fixed, best for all seeds');
  assert.equal(one.outsideEither.mean, 0.75);
  assert.equal(possible.mean, 0.5);
});

test('dispersion is 1 for independent trials and k when a search misses all or nothing', () => {
  const of = (missedSquares) =>
    dispersionOf(
      [{ arms: [{ kind: 'fixed', horizons: [horizon(0.95, 1, { missedSquares })] }] }],
      10,
    );
  // Mean 0.5 of 10: variance 10 * 0.05 * 0.95, or that of 10 with chance 0.05.
  assert.ok(Math.abs(of(0.475 + 0.25) - 1) < 1e-9);
  assert.ok(Math.abs(of(5) - 10) < 1e-9);
  assert.equal(dispersionOf([], 10), null);
});
