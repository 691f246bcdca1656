// The arithmetic of the comparison: what was found, how long it took, which point counts.

/** The part of the true best k that was found. What is missing, unknown or told twice is not found. */
export function recallOf(found, truth, k) {
  let hits = 0;
  found.forEach((rows, query) => {
    const wanted = new Set(truth[query % truth.length].slice(0, k));
    for (const row of rows.slice(0, k)) if (wanted.delete(row)) ++hits;
  });
  return hits / (found.length * k);
}

/** The smallest value that at least this part of the values does not exceed. */
export function percentile(sorted, part) {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}

/** A point of the curve, from the rows found and the microseconds that each search took. */
export function pointOf({ found, truth, k, latencies, seconds }) {
  const sorted = Float64Array.from(latencies).sort();
  const mean = sorted.reduce((sum, us) => sum + us, 0) / sorted.length;
  return {
    recall: recallOf(found, truth, k),
    searches: sorted.length,
    p50Us: rounded(percentile(sorted, 0.5)),
    p95Us: rounded(percentile(sorted, 0.95)),
    p99Us: rounded(percentile(sorted, 0.99)),
    meanUs: rounded(mean),
    perSecond: rounded(sorted.length / seconds),
  };
}

/** To the nanosecond, where there are microseconds: what a clock in JavaScript tells at most. */
const rounded = (value) => Number(value.toFixed(3));

/** The measured point with the lowest p50 that reaches a recall; null when none does. */
export function fastestAt(points, recall) {
  const reaching = points.filter((point) => point.recall >= recall);
  return reaching.sort((a, b) => a.p50Us - b.p50Us)[0] ?? null;
}

/** What is wrong with answers whatever their recall: too few rows, rows told twice, rows unknown. */
export function faultsOf(found, k, count) {
  const wrong = { few: 0, twice: 0, unknown: 0 };
  for (const rows of found) {
    if (rows.length < k) ++wrong.few;
    if (new Set(rows).size < rows.length) ++wrong.twice;
    if (rows.some((row) => !Number.isInteger(row) || row < 0 || row >= count)) ++wrong.unknown;
  }
  const of = `of ${found.length} answers`;
  return [
    wrong.few && `${wrong.few} ${of} have fewer than ${k} results`,
    wrong.twice && `${wrong.twice} ${of} tell a row twice`,
    wrong.unknown && `${wrong.unknown} ${of} name a row that was never stored`,
  ].filter(Boolean);
}
