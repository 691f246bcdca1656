import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEfController } from '../lib/health/control/controller.js';
import { Plant, run, TYPICAL } from './control_plant.mjs';
import { invalid, seedFor } from './support.mjs';

const RECALL = 0.95;
const options = (more = {}) => ({
  targets: { recall: RECALL, ...more.targets },
  ...{ ef: 40, minEf: 10, maxEf: 1000, ...more },
  ...(more.targets && { targets: { recall: RECALL, ...more.targets } }),
});
const ACTIVE = ['mpc', 'pi'];

const share = (list, holds) => list.filter(holds).length / list.length;
const recallMissed = ({ missRate }) => missRate > 1 - RECALL;
const mean = (list, value) => list.reduce((sum, it) => sum + value(it), 0) / list.length;

/** The ef that just holds the recall target in a world. */
const neededEf = ({ miss, slope }) => (miss / (1 - RECALL)) ** (1 / slope);

for (const kind of ACTIVE) {
  for (const ef of [10, 400])
    test(`${kind} comes from ef ${ef} to one that holds recall and costs little more`, (t) => {
      const controller = createEfController(kind, options({ ef }));
      const seen = run(controller, new Plant(seedFor(t, 7)), 80, () => ({})).slice(40);
      t.diagnostic(`mean ef ${mean(seen, (it) => it.ef)}, needed ${neededEf(TYPICAL)}`);
      assert.ok(share(seen, recallMissed) <= 0.15, `${share(seen, recallMissed)} outside`);
      assert.ok(mean(seen, (it) => it.ef) < 2.5 * neededEf(TYPICAL));
    });

  test(`${kind} holds recall while what is missed at one ef triples`, (t) => {
    const worldAt = (horizon) => ({ miss: 1.2 * (1 + horizon / 30) });
    const controller = createEfController(kind, options());
    const seen = run(controller, new Plant(seedFor(t, 11)), 60, worldAt).slice(10);
    assert.ok(share(seen, recallMissed) <= 0.25, `${share(seen, recallMissed)} outside`);
    assert.ok(seen.at(-1).ef > 1.5 * seen[0].ef);
  });

  test(`${kind} comes down again within ten decisions after ef was at its bound`, (t) => {
    const worldAt = (horizon) => ({ miss: horizon < 40 ? 60 : 1.2 });
    const controller = createEfController(kind, options({ maxEf: 200 }));
    const seen = run(controller, new Plant(seedFor(t, 13)), 52, worldAt);
    assert.equal(seen[39].ef, 200);
    assert.ok(seen[50].ef < 100, `ef ${seen[50].ef}`);
  });

  test(`${kind} settles: it does not swing about the ef it needs`, (t) => {
    const controller = createEfController(kind, options());
    const seen = run(controller, new Plant(seedFor(t, 17)), 160, () => ({})).slice(60);
    const logs = seen.map(({ ef }) => Math.log(ef));
    const centre = mean(logs, (it) => it);
    const deviation = Math.sqrt(mean(logs, (it) => (it - centre) ** 2));
    t.diagnostic(`standard deviation of log ef ${deviation}`);
    assert.ok(deviation < 0.25, `${deviation}`);
  });

  test(`${kind} stays in its bounds, in whole numbers, whatever it sees`, (t) => {
    const seed = seedFor(t, 19);
    const plant = new Plant(seed);
    const bounded = options({ ef: 25, minEf: 20, maxEf: 90, targets: { p99Ms: 0.3 } });
    const controller = createEfController(kind, bounded);
    const worlds = [{ miss: 1e6 }, { miss: 1e-6 }, { searches: 1e5 }, { samples: 0 }, { size: 1 }];
    for (const { ef } of run(controller, plant, 200, (horizon) => worlds[(horizon >> 3) % 5])) {
      assert.ok(Number.isSafeInteger(ef), `${ef}`);
      assert.ok(ef >= 20 && ef <= 90, `${ef}`);
    }
  });

  test(`${kind} keeps the p99 budget where recall would need more`, (t) => {
    const controller = createEfController(kind, options({ targets: { p99Ms: 0.24 } }));
    const seen = run(controller, new Plant(seedFor(t, 23)), 80, () => ({ miss: 6 })).slice(40);
    const late = share(seen, ({ p99 }) => p99 > 240);
    assert.ok(late <= 0.2, `${late} outside`);
    assert.ok(seen.every(recallMissed), 'recall gives way');
    assert.ok(mean(seen, (it) => it.ef) > 12, 'and no further than it must');
  });

  test(`${kind} lowers ef under load that would break the budget, and takes it back`, (t) => {
    const worldAt = (horizon) => ({ searches: horizon >= 40 && horizon < 80 ? 5000 : 1000 });
    const limits = options({ ef: 60, targets: { p99Ms: 0.8 } });
    const harder = (horizon) => ({ ...worldAt(horizon), miss: 3, perEf: 2 });
    const seen = run(createEfController(kind, limits), new Plant(seedFor(t, 29)), 120, harder);
    const late = share(seen.slice(50, 80), ({ p99 }) => p99 > 800);
    assert.ok(late <= 0.25, `${late} outside under load`);
    const before = mean(seen.slice(25, 40), (it) => it.ef);
    const under = mean(seen.slice(60, 80), (it) => it.ef);
    const after = mean(seen.slice(105), (it) => it.ef);
    t.diagnostic(`ef before ${before}, under load ${under}, after ${after}`);
    assert.ok(under < 0.9 * before);
    assert.ok(after > 1.1 * under);
  });

  test(`${kind} stays where it is while nothing was compared`, () => {
    const controller = createEfController(kind, options());
    for (let i = 0; i < 20; ++i)
      controller.observe({ seconds: 1, searches: 10, size: 50_000, misses: [] });
    assert.equal(controller.ef, 40);
  });

  test(`${kind} takes an empty store, and one where nothing is ever missed`, (t) => {
    const controller = createEfController(kind, options({ targets: { p99Ms: 1 } }));
    controller.observe({ seconds: 1, searches: 0, size: 0, misses: [] });
    assert.equal(controller.ef, 40);
    run(controller, new Plant(seedFor(t, 31)), 60, () => ({ miss: 0 }));
    assert.equal(controller.ef, 10);
  });

  test(`${kind} chooses the same again from the same observations`, (t) => {
    const seed = seedFor(t, 37);
    const world = (horizon) => ({ miss: 1 + horizon / 20, searches: 300 + 10 * horizon });
    const again = () =>
      run(createEfController(kind, options({ targets: { p99Ms: 1 } })), new Plant(seed), 50, world);
    assert.deepEqual(again(), again());
  });
}

test('mpc wants about the same ef for few searches as for many, once it knows as much', (t) => {
  const seed = seedFor(t, 47);
  const settled = (searches) => {
    const controller = createEfController('mpc', options({ targets: { p99Ms: 1 } }));
    const seen = run(controller, new Plant(seed), 80, () => ({ searches, samples: 40 }));
    return mean(seen.slice(40), ({ ef }) => ef);
  };
  const [few, many] = [settled(3), settled(4000)];
  t.diagnostic(`mean ef ${few} for 3 searches, ${many} for 4000`);
  assert.ok(few < 1.5 * many && many < 1.5 * few);
});

test('mpc gives repair less of the time while the budget has no room for it', (t) => {
  const limits = options({ ef: 60, targets: { p99Ms: 0.55 } });
  const controller = createEfController('mpc', limits);
  const plant = new Plant(seedFor(t, 41));
  run(controller, plant, 30, () => ({ searches: 300 }));
  const calm = controller.repairShare;
  run(controller, plant, 30, () => ({ searches: 5000 }));
  t.diagnostic(`calm ${calm}, busy ${controller.repairShare}`);
  assert.ok(controller.repairShare < calm);
  assert.ok(controller.repairShare > 0);
});

test('fixed keeps the ef that it was given', (t) => {
  const controller = createEfController('fixed', options({ targets: { p99Ms: 0.1 } }));
  const seen = run(controller, new Plant(seedFor(t, 43)), 20, () => ({ miss: 50 }));
  assert.ok(seen.every(({ ef }) => ef === 40));
});

test('an ef outside its bounds is refused', () => {
  for (const ef of [9, 1001, NaN])
    assert.throws(() => createEfController('mpc', options({ ef })), invalid('ef must be in'));
});
