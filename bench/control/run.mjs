// One seed: one store that all arms search, since searching does not change it.
import { armsOf } from './arms.mjs';
import { clockOf } from './clock.mjs';
import { responses, timed } from './queue.mjs';
import { traceOf } from './trace.mjs';

/** Searches that one arm answers before it is the next one's turn. */
const TURN = 50;

const missedOf = (slots, truth) => truth.filter((slot) => !slots.includes(slot)).length;

function change(store, base, { inserted, removed }) {
  for (const row of removed) store.remove(String(row));
  for (const row of inserted)
    store.upsert({ id: String(row), type: 'unit', domain: 'bench', content: '' }, base.row(row));
}

/** Every arm answers every query, in turns that begin with another arm each time. */
function answer(store, arms, queries, k, clock, turn) {
  const seen = arms.map(() => ({ serviceUs: [], slots: [], distances: 0 }));
  for (let from = 0; from < queries.length; from += TURN)
    for (let i = 0; i < arms.length; ++i) {
      const at = (i + turn + from / TURN) % arms.length;
      const { ef } = arms[at].controller;
      for (const query of queries.slice(from, from + TURN)) {
        const { answer, us } = clock(() => store.searchSlots(query, { k, ef }));
        seen[at].serviceUs.push(us);
        seen[at].slots.push(answer.slots);
        seen[at].distances += answer.report.distanceComputations;
      }
    }
  return seen;
}

/** What an arm did in a horizon; its controller is told what it would see of it, and no more. */
function judge(arm, { serviceUs, slots, distances }, horizon, truth, { k, perSecond, size }) {
  const { ef } = arm.controller;
  const rate = perSecond * horizon.load;
  const { all, backlog } = responses(serviceUs, horizon.gaps, rate, arm.backlog);
  arm.backlog = backlog;
  const latencyUs = timed(all);
  const missed = slots.map((it, i) => missedOf(it, truth[i]));
  const sampled = horizon.sampled.reduce((sum, i) => sum + missed[i], 0);
  arm.controller.observe({
    seconds: horizon.gaps.reduce((sum, it) => sum + it, 0) / rate,
    ...{ searches: slots.length, size, latencyUs },
    misses: [{ ef, missed: sampled, trials: k * horizon.sampled.length }],
  });
  const total = missed.reduce((sum, it) => sum + it, 0);
  return {
    ...{ ef, recall: 1 - total / (k * slots.length), p99Us: latencyUs.p99, p50Us: latencyUs.p50 },
    meanServiceUs: serviceUs.reduce((sum, it) => sum + it, 0) / slots.length,
    distances: distances / slots.length,
    missedSquares: missed.reduce((sum, it) => sum + it * it, 0) / slots.length,
  };
}

/** `{ arms: [{ name, kind, horizons: [...] }], horizons: [{ size, load, hard, moved }] }` */
export function runSeed(store, data, plan, calibration, seed) {
  const { k, clock } = plan;
  const targets = { recall: plan.recall, p99Ms: calibration.p99Ms };
  const arms = armsOf({ targets, k, efs: plan.efs }).map((arm) => ({
    ...{ ...arm, backlog: 0, horizons: [] },
  }));
  const stopwatch = clockOf(clock, calibration);
  const horizons = [];
  for (const horizon of traceOf({ ...data, ...plan, seed })) {
    change(store, data.base, horizon);
    const truth = horizon.queries.map((query) =>
      Array.from(store.searchSlots(query, { k, exact: true }).slots),
    );
    const seen = answer(store, arms, horizon.queries, k, stopwatch, horizons.length);
    const given = { k, perSecond: calibration.perSecond, size: store.size };
    arms.forEach((arm, i) => arm.horizons.push(judge(arm, seen[i], horizon, truth, given)));
    const { load, hard, moved } = horizon;
    horizons.push({ size: store.size, load, hard, moved });
  }
  return {
    ...{ seed, horizons },
    arms: arms.map(({ name, kind, horizons: seen }) => ({ name, kind, horizons: seen })),
  };
}
