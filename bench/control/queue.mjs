// How long a search takes as its caller sees it: one thread answers, and searches arrive on their own.

/** The value that a part of a sorted list does not exceed. */
export const percentile = (sorted, part) => sorted[Math.ceil(part * sorted.length) - 1];

/**
 * Time from arrival to answer, for service times that were measured and gaps of mean 1 at a rate: each waits
 * as long as the one before still waits and is served (Lindley, 1952). `backlog` is what was left before.
 */
export function responses(serviceUs, gaps, perSecond, backlog = 0) {
  let waiting = backlog;
  const all = serviceUs.map((service, i) => {
    waiting = Math.max(0, waiting - (gaps[i] / perSecond) * 1e6);
    waiting += service;
    return waiting;
  });
  return { all, backlog: waiting };
}

/** What a controller is told of a horizon's latencies. */
export function timed(values) {
  const sorted = Float64Array.from(values).sort();
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentile(sorted, part));
  return { count: sorted.length, p50, p95, p99, max: sorted.at(-1) };
}
