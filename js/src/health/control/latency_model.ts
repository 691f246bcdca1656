import { LinearBelief, type Prediction } from './belief.js';
import type { Observation } from './controller.js';
import { clamp, FEWEST_SEARCHES } from './limits.js';

/** Coefficients: log p99 at the reference, and how it grows with log ef, log size and load. */
const PRIOR = { mean: [0, 0.7, 0.3, 1], deviations: [0.5, 0.25, 0.2, 0.5] };
const MEMORY = [0.98, 0.995, 0.995, 0.995];
const [, EF, SIZE, LOAD] = [0, 1, 2, 3] as const;
/** Beyond this a queue says nothing of how long it will become. */
const MOST_BUSY = 0.95;
/** Variance of log p99 from one horizon to the next, by what else the machine does. */
const MACHINE_NOISE = 0.1 ** 2;
/** And by chance, of one search with an exponential tail: 0.99 / (0.01 * log(100)^2). */
const SAMPLING_NOISE = 0.99 / (0.01 * Math.log(100) ** 2);

/** What is asked of the store: patterns, and searches per second. */
export interface Demand {
  size: number;
  perSecond: number;
}

/**
 * The log of the 99th percentile of latency: log p99 = a + b log ef + c log size + d log(1 / (1 - busy)).
 * How busy the store is follows from how many searches are in it at once, L = rate * time in it (Little,
 * Operations Research 9, 1961), by the single queue's L = busy / (1 - busy). Where nothing queues, the
 * fit finds d near 0 on its own.
 */
export class LatencyModel {
  readonly #belief = new LinearBelief(PRIOR.mean, PRIOR.deviations);
  #reference: { log: number; ef: number; size: number } | undefined;
  /** Of a processor, per search, at one ef. */
  #work: { seconds: number; ef: number } | undefined;

  /** Whether any latency was seen. */
  get known(): boolean {
    return this.#reference !== undefined;
  }

  /** One step of time, and the latencies of searches with this ef in it. */
  step(ef: number, { latencyUs, size, seconds, searches }: Observation): void {
    this.#belief.forget(MEMORY);
    if (latencyUs === undefined || latencyUs.count === 0 || !(latencyUs.p99 > 0)) return;
    const perSecond = seconds > 0 ? searches / seconds : 0;
    const inside = (perSecond * latencyUs.p50) / 1e6;
    const busy = Math.min(MOST_BUSY, inside / (1 + inside));
    this.#work = { ef, seconds: perSecond > 0 ? busy / perSecond : latencyUs.p50 / 1e6 };
    this.#reference ??= { ef, size, log: Math.log(latencyUs.p99) - queueing(busy) };
    const features = this.#features(ef, size, busy);
    const seen = Math.log(latencyUs.p99) - this.#reference.log;
    this.#belief.observe(features, seen, chance(latencyUs.count, busy));
    this.#belief.hold(EF, 0.1, 1.5);
    this.#belief.hold(SIZE, 0, 1);
    this.#belief.hold(LOAD, 0, 2);
  }

  /** The log of p99 in microseconds of `count` searches, while other work takes a share of the time. */
  predict(ef: number, { size, perSecond }: Demand, count: number, share = 0): Prediction {
    if (this.#reference === undefined || this.#work === undefined)
      throw new Error('nothing was timed yet');
    const growth = (ef / this.#work.ef) ** this.#belief.coefficient(EF).mean;
    const busy = clamp(perSecond * this.#work.seconds * growth + share, 0, MOST_BUSY);
    const { mean, variance } = this.#belief.predict(this.#features(ef, size, busy));
    return {
      mean: mean + this.#reference.log,
      variance: variance + chance(Math.max(FEWEST_SEARCHES, count), busy),
    };
  }

  #features(ef: number, size: number, busy: number): number[] {
    const { ef: ef0, size: size0 } = this.#reference as { ef: number; size: number };
    return [1, Math.log(ef / ef0), Math.log(size / size0), queueing(busy)];
  }
}

const queueing = (busy: number): number => -Math.log(1 - busy);

/**
 * The variance of log p99 by chance. Searches that wait for one another are not independent: it takes about
 * (1 + busy) / (1 - busy)^2 of them to learn as much (Whitt, "Planning queueing simulations", 1989).
 */
const chance = (count: number, busy: number): number =>
  MACHINE_NOISE + ((SAMPLING_NOISE / count) * (1 + busy)) / (1 - busy) ** 2;
