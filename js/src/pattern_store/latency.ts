import histogramModule from 'hdr-histogram-js/dist/TypedArrayHistogram.js';
import type { PatternStoreStats } from '../interface.js';

type Figures = Pick<
  PatternStoreStats,
  | 'searches'
  | 'qps'
  | 'p50Latency'
  | 'p99Latency'
  | 'p50LatencyUs'
  | 'p99LatencyUs'
  | 'maxLatencyUs'
>;

/** A minute in nanoseconds: a longer search counts as one of a minute. */
const HIGHEST = 60e9;
const DIGITS = 3;

/** How long searches took: an HDR histogram of nanoseconds, as exact as the runtime's clock. */
export class LatencyRecorder {
  readonly #histogram = new histogramModule.default(Uint32Array, 1, HIGHEST, DIGITS);
  #totalMs = 0;

  /** Adds one search. */
  record(ms: number): void {
    this.#totalMs += ms;
    this.#histogram.recordValue(Math.min(Math.max(Math.round(ms * 1e6), 1), HIGHEST));
  }

  /** What was measured so far. */
  figures(): Figures {
    const searches = this.#histogram.totalCount;
    if (searches === 0) return { searches };
    const [p50, p99, max] = [50, 99, 100].map(
      (percentile) => this.#histogram.getValueAtPercentile(percentile) / 1e3,
    ) as [number, number, number];
    return {
      searches,
      ...(this.#totalMs > 0 ? { qps: (searches * 1e3) / this.#totalMs } : {}),
      p50Latency: p50 / 1e3,
      p99Latency: p99 / 1e3,
      p50LatencyUs: p50,
      p99LatencyUs: p99,
      maxLatencyUs: max,
    };
  }
}
