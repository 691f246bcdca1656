// What this machine takes per search, which the load and the budget are told from.
import { random } from '../js/dataset.mjs';
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

/** Per ef: recall, distances, and the median over rounds of the mean time. */
function measure(store, queries, k, efs, clock) {
  const next = random(1);
  const asked = Array.from({ length: QUERIES }, () =>
    queries.row(Math.floor(next() * queries.count)),
  );
  const truth = asked.map((query) => store.searchSlots(query, { k, exact: true }).slots);
  const runs = efs.map((ef) => ({ ef, rounds: [], distances: 0, found: 0 }));
  for (let round = 0; round < ROUNDS; ++round)
    for (const run of runs) {
      let [us, distances, found] = [0, 0, 0];
      asked.forEach((query, i) => {
        const timed = clock(() => store.searchSlots(query, { k, ef: run.ef }));
        us += timed.us;
        distances += timed.answer.report.distanceComputations;
        found += truth[i].filter((slot) => timed.answer.slots.includes(slot)).length;
      });
      run.rounds.push(us / asked.length);
      Object.assign(run, { distances: distances / asked.length, found });
    }
  return runs.map(({ ef, rounds, distances, found }) => {
    const meanUs = percentile(
      rounds.toSorted((a, b) => a - b),
      0.5,
    );
    return { ef, distances, recall: found / (k * asked.length), meanUs };
  });
}

/**
 * Of the smallest ef that reaches the recall target before anything changes: `busy` is the part of its time
 * that a thread is to be busy with such searches before the load doubles, `budget` the p99 budget in mean
 * searches of this kind.
 */
export function calibrate(store, queries, { k, efs, clock, recall, busy, budget }) {
  const points = measure(store, queries, k, efs, clockOf(clock === 'distances' ? 'cpu' : clock));
  const line = lineThrough(points.map(({ distances, meanUs }) => ({ x: distances, y: meanUs })));
  const reference = points.find((it) => it.recall >= recall);
  if (reference === undefined) throw new Error(`no ef of --ef reaches recall ${recall}`);
  return {
    ...{ points, referenceEf: reference.ef },
    ...{ perSearch: Math.max(0, line.offset), perDistance: line.slope },
    perSecond: (busy * 1e6) / reference.meanUs,
    p99Ms: (budget * reference.meanUs) / 1000,
  };
}
