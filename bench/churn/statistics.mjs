// Percentiles, and how far a mean of a few runs may be off.
import { pick } from './chance.mjs';

/** Two-sided 95% points of Student's t for 1 to 10 degrees of freedom. */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const RESAMPLES = 2000;

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The smallest value that at least this part of the values does not exceed. */
export function percentile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}

export const median = (values) => percentile(values, 0.5);

/** p50, p95 and p99 of what was timed, in microseconds. */
export function latenciesOf(us) {
  if (us.length === 0) return {};
  return { p50Us: median(us), p95Us: percentile(us, 0.95), p99Us: percentile(us, 0.99) };
}

/** The mean of some runs with its 95% interval by Student's t; one run has none. */
export function meanOf(values) {
  const { length } = values;
  const value = mean(values);
  if (length < 2) return { value, runs: length };
  if (length - 1 > T95.length) throw new Error(`${length} runs: T95 ends at ${T95.length + 1}`);
  const variance = values.reduce((sum, it) => sum + (it - value) ** 2, 0) / (length - 1);
  const off = T95[length - 2] * Math.sqrt(variance / length);
  return { value, low: value - off, high: value + off, runs: length };
}

/**
 * What part of a degradation was prevented: 1 - with / without, of the means of paired runs, with the
 * 95% interval of a bootstrap over the pairs. Undefined where nothing got worse without, beyond chance.
 */
export function preventedOf(withs, withouts, next) {
  const { value: without, low = without } = meanOf(withouts);
  if (low <= 0) return undefined;
  const runs = withs.length;
  const of = (indexes) => {
    const [a, b] = [withs, withouts].map((list) => mean(indexes.map((i) => list[i])));
    return 1 - a / b;
  };
  const all = [...withs.keys()];
  if (runs < 2) return { value: of(all), runs };
  const found = Array.from({ length: RESAMPLES }, () => of(all.map(() => pick(next, runs))));
  const [least, most] = [0.025, 0.975].map((part) => percentile(found, part));
  return { value: of(all), low: least, high: most, runs };
}
