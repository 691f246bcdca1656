// A store as the models see it: misses that fall with ef, latency that grows with ef, size and load.
import { random } from './support.mjs';

/** Numbers in [0, 1). */
const uniform = (next) => (next() + 1) / 2;

const gaussian = (next) =>
  Math.sqrt(-2 * Math.log(1 - uniform(next))) * Math.cos(2 * Math.PI * uniform(next));

const poisson = (next, mean) => Math.max(0, Math.round(mean + Math.sqrt(mean) * gaussian(next)));

export const TYPICAL = {
  seconds: 1,
  searches: 400,
  samples: 40,
  size: 50_000,
  /** Misses at ef 1, and how fast they fall. */
  ...{ miss: 1.2, slope: 1 },
  /** Microseconds of a search: at ef 0, and for each more. */
  ...{ base: 20, perEf: 2 },
  noise: 0.05,
};

export class Plant {
  #next;

  constructor(seed) {
    this.#next = random(seed);
  }

  missRate(ef, { miss, slope }) {
    return Math.min(1, miss * ef ** -slope);
  }

  /** In microseconds, of a single server that searches wait for. */
  p99(ef, { base, perEf, searches, seconds, size }) {
    const work = (base + perEf * ef) * (size / 50_000) ** 0.3;
    const busy = Math.min(0.95, ((searches / seconds) * work) / 1e6);
    return (3 * work) / (1 - busy);
  }

  /** What a controller is told of one horizon in which searches had this ef. */
  observe(ef, world) {
    const { seconds, searches, samples, size, noise } = world;
    const p99 = this.p99(ef, world) * Math.exp(noise * gaussian(this.#next));
    const trials = 10 * samples;
    const missed = Math.min(trials, poisson(this.#next, trials * this.missRate(ef, world)));
    return {
      ...{ seconds, searches, size },
      latencyUs: { count: searches, p50: p99 / 3, p95: p99 / 1.4, p99, max: 1.5 * p99 },
      misses: trials > 0 ? [{ ef, missed, trials }] : [],
    };
  }
}

/** Every horizon: the ef it ran with, the true miss rate and p99 of it. `worldAt` may change by horizon. */
export function run(controller, plant, horizons, worldAt) {
  return Array.from({ length: horizons }, (_, horizon) => {
    const world = { ...TYPICAL, ...worldAt(horizon) };
    const { ef } = controller;
    const answer = { ef, missRate: plant.missRate(ef, world), p99: plant.p99(ef, world) };
    controller.observe(plant.observe(ef, world));
    return answer;
  });
}
