// The judgement of the soak: what grows, and what only wavers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { random } from '../dataset.mjs';
import { growthOf } from '../growth.mjs';

const SEED = Number(process.env.DAMASK_TEST_SEED ?? 7);
const MIB = 2 ** 20;

/** 60 samples around 100 MiB that rise by `rise` per sample and waver by up to `noise`. */
function series({ rise = 0, noise = 0, seed = SEED }) {
  const next = random(seed);
  return Array.from({ length: 60 }, (_, i) => 100 * MIB + i * rise + (next() - 0.5) * 2 * noise);
}

test('a flat line does not grow', () => {
  assert.equal(growthOf(series({}), 0).grows, false);
  assert.equal(growthOf(new Array(60).fill(0), 0).grows, false);
});

test('a rise of a few percent is growth, also under noise', () => {
  assert.equal(growthOf(series({ rise: 0.15 * MIB }), 0.02).grows, true);
  assert.equal(growthOf(series({ rise: 0.15 * MIB, noise: MIB }), 0.02).grows, true);
});

test('a rise below the tolerance is let pass, and told', () => {
  const { grows, growth } = growthOf(series({ rise: 0.03 * MIB }), 0.02);
  assert.equal(grows, false);
  assert.ok(Math.abs(growth - 29 * 0.03 * MIB) < 1);
});

test(`noise alone is not growth (seeds from ${SEED})`, () => {
  for (let seed = SEED; seed < SEED + 200; ++seed)
    assert.equal(growthOf(series({ noise: 5 * MIB, seed }), 0.02).grows, false, `seed ${seed}`);
});

test('what rises while warming up and then stays is no growth', () => {
  const rising = series({ rise: MIB }).slice(0, 30);
  assert.equal(growthOf([...rising, ...new Array(30).fill(rising.at(-1))], 0.02).grows, false);
});

test('shrinking is no growth', () => {
  assert.equal(growthOf(series({ rise: -0.5 * MIB }), 0).grows, false);
});
