import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinearBelief } from '../lib/health/control/belief.js';
import { LatencyModel } from '../lib/health/control/latency_model.js';
import { MissModel } from '../lib/health/control/miss_model.js';
import { Plant, TYPICAL } from './control_plant.mjs';
import { random, seedFor } from './support.mjs';

test('a belief finds the coefficients of what it sees, and how sure it may be', (t) => {
  const next = random(seedFor(t, 3));
  const truth = [1.5, -0.7, 0.2];
  const belief = new LinearBelief([0, 0, 0], [2, 2, 2]);
  for (let i = 0; i < 400; ++i) {
    const features = [1, next(), next()];
    const value = features.reduce((sum, it, j) => sum + it * truth[j], 0);
    belief.observe(features, value + 0.1 * next(), 0.1 ** 2 / 3);
  }
  truth.forEach((it, j) => {
    const { mean, variance } = belief.coefficient(j);
    assert.ok(Math.abs(mean - it) < 4 * Math.sqrt(variance), `${mean} for ${it}`);
    assert.ok(variance < 0.001);
  });
});

test('a belief that only forgets goes back to its prior and no further', () => {
  const belief = new LinearBelief([0, 0], [2, 0.5]);
  for (let i = 0; i < 50; ++i) belief.observe([1, 1], 3, 0.01);
  const learned = belief.predict([1, 1]);
  assert.ok(learned.variance < 0.01);
  for (let i = 0; i < 10_000; ++i) belief.forget([0.99, 0.95]);
  assert.ok(Math.abs(belief.coefficient(0).variance - 4) < 1e-6);
  assert.ok(Math.abs(belief.coefficient(1).variance - 0.25) < 1e-6);
  assert.equal(belief.predict([1, 1]).mean, learned.mean);
});

test('misses: the line is found from counts at several ef, and reaches beyond them', (t) => {
  const plant = new Plant(seedFor(t, 5));
  const world = { ...TYPICAL, miss: 4, slope: 1.4 };
  const model = new MissModel(0.05, 40);
  for (let i = 0; i < 60; ++i) {
    const ef = [30, 45, 70, 100][i % 4];
    model.step(world.size, plant.observe(ef, world).misses);
  }
  assert.equal(model.trials, 60 * 400);
  for (const ef of [30, 100, 150]) {
    const { mean, variance } = model.predict(ef, 1);
    const truth = Math.log(plant.missRate(ef, world));
    assert.ok(Math.abs(mean - truth) < 4 * Math.sqrt(variance), `ef ${ef}: ${mean} for ${truth}`);
    assert.ok(Math.abs(mean - truth) < 0.5, `ef ${ef}: ${mean} for ${truth}`);
  }
});

test('misses: counts of 0 lower what is expected, a sudden jump is believed soon', () => {
  const model = new MissModel(0.05, 40);
  const before = model.predict(40, 1).mean;
  for (let i = 0; i < 30; ++i) model.step(1000, [{ ef: 40, missed: 0, trials: 400 }]);
  const calm = model.predict(40, 1).mean;
  assert.ok(calm < before - 2, `${calm}`);
  for (let i = 0; i < 4; ++i) model.step(1000, [{ ef: 40, missed: 80, trials: 400 }]);
  const jumped = model.predict(40, 1).mean;
  assert.ok(Math.abs(jumped - Math.log(0.2)) < 0.5, `${Math.exp(jumped)}`);
});

test('misses: more ef is expected to find more, and to be worth less certainty the further away', () => {
  const model = new MissModel(0.05, 40);
  for (let i = 0; i < 20; ++i) model.step(1000, [{ ef: 40, missed: 20, trials: 400 }]);
  const [near, far] = [model.predict(40, 1), model.predict(400, 1)];
  assert.ok(far.mean < near.mean && far.variance > near.variance);
  assert.ok(model.predict(40, 3).variance > near.variance);
});

for (const queues of [true, false])
  test(`latency: load ${queues ? 'counts where searches queue' : 'does not where they do not'}`, (t) => {
    const next = random(seedFor(t, 9));
    const model = new LatencyModel();
    const demand = (searches) => ({ size: 50_000, perSecond: searches });
    const work = (ef) => 20 + 2 * ef;
    const p99 = (ef, searches) => {
      const busy = queues ? (searches * work(ef)) / 1e6 : 0;
      return (3 * work(ef)) / (1 - busy);
    };
    for (let i = 0; i < 200; ++i) {
      const [ef, searches] = [[30, 50, 80][i % 3], [500, 2000, 4000][(i >> 2) % 3]];
      const seen = p99(ef, searches) * Math.exp(0.05 * next());
      const latencyUs = { count: searches, p50: seen / 3, p95: seen / 1.5, p99: seen, max: seen };
      model.step(ef, { seconds: 1, searches, size: 50_000, latencyUs, misses: [] });
    }
    for (const [ef, searches] of [
      [50, 500],
      [50, 4000],
      [80, 2000],
    ]) {
      const { mean } = model.predict(ef, demand(searches), searches);
      const ratio = Math.exp(mean) / p99(ef, searches);
      t.diagnostic(`ef ${ef}, ${searches} per second: ${ratio} of the truth`);
      assert.ok(ratio > 0.75 && ratio < 1.33, `${ratio}`);
    }
  });
