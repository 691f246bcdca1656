import assert from 'node:assert/strict';
import test from 'node:test';
import { RollingMean, RollingShare, wilson } from '../lib/health/estimate.js';
import { randomOf } from '../lib/health/random.js';
import { Sampler } from '../lib/health/sampler.js';
import { seedFor } from './support.mjs';

const near = (actual, expected, tolerance) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test('the Wilson interval is the one of the textbooks', () => {
  // Newcombe (1998), table I: 81 of 263, and 0 of 20.
  const { low, high } = wilson(81 / 263, 263);
  near(low, 0.2553, 5e-5);
  near(high, 0.3662, 5e-5);
  const none = wilson(0, 20);
  assert.equal(none.low, 0);
  near(none.high, 0.1611, 5e-5);
  const all = wilson(1, 20);
  assert.equal(all.high, 1);
  near(all.low, 1 - 0.1611, 5e-5);
});

/** Queries that are answered wholly or hardly at all, of k results each. */
function clustered(random, share, k) {
  const isGood = random() < share;
  return [isGood ? k : 0, k];
}

test('results of one query count as one trial when they come and go together', (t) => {
  const random = randomOf(seedFor(t, 11));
  const together = new RollingShare(Infinity);
  const apart = new RollingShare(Infinity);
  for (let i = 0; i < 200; ++i) {
    together.add(...clustered(random, 0.8, 10));
    let hits = 0;
    for (let j = 0; j < 10; ++j) hits += Number(random() < 0.8);
    apart.add(hits, 10);
  }
  near(together.estimate.trials, 200, 10);
  assert.ok(apart.estimate.trials > 1000, `${apart.estimate.trials} of 2000`);
  assert.ok(apart.estimate.trials <= 2000);
});

test('the interval covers the truth as often as it says, for dependent results too', (t) => {
  const random = randomOf(seedFor(t, 12));
  let covered = 0;
  const rounds = 600;
  for (let round = 0; round < rounds; ++round) {
    const share = new RollingShare(Infinity);
    for (let i = 0; i < 60; ++i) share.add(...clustered(random, 0.9, 10));
    const { low, high } = share.estimate;
    covered += Number(low <= 0.9 && high >= 0.9);
  }
  assert.ok(covered / rounds > 0.91, `${covered} of ${rounds}`);
});

test('where all queries are answered alike, each counts once', () => {
  const share = new RollingShare(Infinity);
  for (let i = 0; i < 40; ++i) share.add(10, 10);
  assert.equal(share.estimate.value, 1);
  assert.equal(share.estimate.trials, 40);
});

test('what was long ago is forgotten', () => {
  const share = new RollingShare(16);
  assert.equal(share.estimate, undefined);
  for (let i = 0; i < 200; ++i) share.add(0, 10);
  for (let i = 0; i < 16; ++i) share.add(10, 10);
  near(share.estimate.value, 0.5, 0.001);
  for (let i = 0; i < 200; ++i) share.add(10, 10);
  assert.ok(share.estimate.value > 0.999 && share.estimate.value <= 1);
  const mean = new RollingMean(1);
  assert.equal(mean.value, undefined);
  mean.add(3);
  mean.add(6);
  near(mean.value, 5, 1e-12);
});

test('one search in N is taken, all of them when little is searched', (t) => {
  const sampler = new Sampler(randomOf(seedFor(t, 13)));
  for (let i = 0; i < 100; ++i) assert.equal(sampler.wants(), true);
  // A second with 10000 searches, and 5 ms to repeat one: two can be repeated in 1% of it.
  sampler.adapt(10_000, 1000, 5);
  assert.equal(sampler.every, 5000);
  let taken = 0;
  for (let i = 0; i < 500_000; ++i) taken += Number(sampler.wants());
  assert.ok(taken >= 70 && taken <= 130, `${taken} of about 100`);
  sampler.adapt(1, 1000, 5);
  assert.equal(sampler.every, 1);
  assert.equal(sampler.wants(), true, 'the skip ends with the load');
});
