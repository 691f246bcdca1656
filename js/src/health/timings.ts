import histogramModule from 'hdr-histogram-js/dist/TypedArrayHistogram.js';
import type { TimedUs } from './shape.js';

/** A minute in nanoseconds: what takes longer counts as one of a minute. */
const HIGHEST = 60e9;
const DIGITS = 2;

/** How long things took since it was asked last: an HDR histogram of nanoseconds, of two digits. */
export class Timings {
  readonly #histogram = new histogramModule.default(Uint32Array, 1, HIGHEST, DIGITS);

  record(ms: number): void {
    this.#histogram.recordValue(Math.min(Math.max(Math.round(ms * 1e6), 1), HIGHEST));
  }

  /** What was measured, and begins anew; undefined when nothing was. */
  take(): TimedUs | undefined {
    const histogram = this.#histogram;
    const count = histogram.totalCount;
    if (count === 0) return undefined;
    const [p50, p95, p99, max] = [50, 95, 99, 100].map(
      (percentile) => histogram.getValueAtPercentile(percentile) / 1e3,
    ) as [number, number, number, number];
    histogram.reset();
    return { count, p50, p95, p99, max };
  }
}
