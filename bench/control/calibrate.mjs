// What this machine takes per search, which the load and the budget are told from.
import { random } from '../js/dataset.mjs';
import { FIRST_EF } from './arms.mjs';
import { clockOf } from './clock.mjs';
import { percentile } from './queue.mjs';

const ROUNDS = 5;
const QUERIES = 500;

/** The line through points, by least squares. */
export function lineThrough(points) {
  const mean = (of) => points.reduce((sum, it) => sum + of(it), 0) / points.length;
  const [x, y] = [mean((it) => it.x), mean((it) => it.y)];
  const slope = mean((it) => (it.x - x) * (it.y - y)) / mean((it) => (it.x - x) ** 2);
  return { slope, offset: y - slope * x };
}

/** Per ef: the median over rounds of the mean time, and distances. */
function measure(store, queries, k, efs, clock) {
  const next = random(1);
  const asked = Array.from({ length: QUERIES }, () =>
    queries.row(Math.floor(next() * queries.count)),
  );
  const runs = efs.map((ef) => ({ ef, rounds: [], distances: 0 }));
  for (let round = 0; round < ROUNDS; ++round)
    for (const run of runs) {
      let [us, distances] = [0, 0];
      for (const query of asked) {
        const timed = clock(() => store.searchSlots(query, { k, ef: run.ef }));
        us += timed.us;
        distances += timed.answer.report.distanceComputations;
      }
      run.rounds.push(us / asked.length);
      run.distances = distances / asked.length;
    }
  return runs.map(({ ef, rounds, distances }) => ({
    ...{
      ef,
      distances,
      meanUs: percentile(
        rounds.sort((a, b) => a - b),
        0.5,
      ),
    },
  }));
}

/**
 * `busy` is the part of its time that a search thread is to be busy with ef 100 before the load doubles,
 * `budget` the p99 budget in mean searches with ef 100.
 */
export function calibrate(store, queries, { k, efs, clock, busy, budget }) {
  const points = measure(store, queries, k, efs, clockOf(clock === 'distances' ? 'cpu' : clock));
  const line = lineThrough(points.map(({ distances, meanUs }) => ({ x: distances, y: meanUs })));
  const reference = points.reduce((best, it) =>
    Math.abs(it.ef - FIRST_EF) < Math.abs(best.ef - FIRST_EF) ? it : best,
  );
  return {
    points,
    ...{ perSearch: Math.max(0, line.offset), perDistance: line.slope },
    perSecond: (busy * 1e6) / reference.meanUs,
    p99Ms: (budget * reference.meanUs) / 1000,
  };
}
