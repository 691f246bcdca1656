// One curve: for every value of a peer's knob, recall and the latency of searches, one at a time.
import { faultsOf, pointOf } from './figures.mjs';

const PASSES = 3;

/**
 * Searches, one awaited after the other, until all queries were asked `passes` times or the seconds are
 * over; those that were all asked once are not asked again after a quarter of the seconds.
 */
async function ask(index, queries, { k, passes, seconds }) {
  const results = [];
  const latencies = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  const endOfPasses = began + seconds * 250;
  for (let i = 0; i < passes * queries.length; ++i) {
    const now = performance.now();
    if (i > 0 && now >= (i % queries.length === 0 ? endOfPasses : end)) break;
    const query = queries[i % queries.length];
    const start = performance.now();
    const result = await index.search(query, k);
    latencies.push((performance.now() - start) * 1000);
    if (i < queries.length) results.push(result);
  }
  return { results, latencies, seconds: (performance.now() - began) / 1000 };
}

/**
 * The point of one knob value: a pass to warm up, within a quarter of the seconds, then timed passes
 * within the rest. The queries are in the form that the peer takes before any clock runs.
 */
export async function measurePoint(index, queries, truth, { k, seconds, count }) {
  await ask(index, queries, { k, passes: 1, seconds: seconds / 4 });
  const asked = await ask(index, queries, { k, passes: PASSES, seconds: (seconds * 3) / 4 });
  const found = asked.results.map((result) => index.rowsOf(result));
  const point = pointOf({ ...asked, found, truth, k });
  return { ...point, queries: found.length, faults: faultsOf(found, k, count) };
}

/** Known answers: a stored vector that is asked for is its own best match. Returns how many are. */
export async function knownAnswers(index, probes, k) {
  let right = 0;
  for (const { vector, rows } of probes) {
    const found = index.rowsOf(await index.search(index.query(vector), k));
    if (found.some((row) => rows.includes(row))) ++right;
  }
  return right;
}

/** Some stored vectors, spread over the set, each with every row that holds the same. */
export function probesOf(base, howMany) {
  const step = Math.max(1, Math.floor(base.count / howMany));
  const probes = [];
  for (let row = 0; row < base.count && probes.length < howMany; row += step)
    probes.push({ vector: base.row(row).slice(), rows: sameRows(base, row) });
  return probes;
}

function sameRows(base, row) {
  const wanted = base.row(row);
  const rows = [];
  for (let i = 0; i < base.count; ++i) {
    const other = base.row(i);
    if (wanted.every((value, j) => value === other[j])) rows.push(i);
  }
  return rows;
}
