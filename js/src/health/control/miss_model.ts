import { LinearBelief, type Prediction } from './belief.js';
import type { MissCount } from './controller.js';
import { clamp } from './limits.js';

/** At equal recall ef grows as this power of the size: twice as large for ten times as many patterns
 * (`bench scale`). */
const SIZE_POWER = 0.3;

/** Misses of one search fall together, so that counts vary this many times as much as if each result
 * were a trial of its own (`bench control` measures it). */
export const DISPERSION = 1.5;

/** Coefficients: log miss rate at the reference, its fall per unit of log ef, its drift per step. */
const [LEVEL, SLOPE, DRIFT] = [0, 1, 2] as const;
const LEVEL_DEVIATION = 1.5;
const PRIOR = { slope: 1.2, deviations: [LEVEL_DEVIATION, 0.4, 0.05] };
/** Lets the level move by about 7% a step, slope and drift far less. */
const LEVEL_MEMORY = 0.998;
const MEMORY = [LEVEL_MEMORY, 0.995, 0.95];
const FADING = 0.8;
/** A count so many standard deviations from what was predicted says that something has changed at once:
 * the level is forgotten (monitoring and intervention: West and Harrison, "Bayesian Forecasting and
 * Dynamic Models", 2nd ed. 1997, chapter 11). */
const SURPRISE = 2.5;
const MEMORY_AFTER_SURPRISE = [0.7, 1, 1];
/** What one step adds to the variance of the level. */
const WALK = (1 - LEVEL_MEMORY) * LEVEL_DEVIATION ** 2;
/** More ef never finds less, and a slope that seems near 0 is noise. */
const [LEAST_SLOPE, MOST_SLOPE] = [0.3, 3];

/**
 * The log of the miss rate as a line in log ef, whose level drifts: log miss = level - slope * log ef.
 * Counts are taken in as over-dispersed Poisson counts, each by the most likely level given the belief
 * so far (a dynamic generalized linear model: West, Harrison and Migon, JASA 80, 1985; quasi-likelihood:
 * McCullagh and Nelder, "Generalized Linear Models", 2nd ed. 1989, chapter 9).
 */
export class MissModel {
  readonly #belief: LinearBelief;
  readonly #ef: number;
  #size = 1;
  #reference: number | undefined;
  #trials = 0;

  /** @param miss the rate that is to be expected at this ef before anything was seen */
  constructor(miss: number, ef: number) {
    this.#belief = new LinearBelief([Math.log(miss), PRIOR.slope, 0], PRIOR.deviations);
    this.#ef = ef;
  }

  /** Results that were compared so far. */
  get trials(): number {
    return this.#trials;
  }

  /** One step of time, and what was seen in it. */
  step(size: number, misses: readonly MissCount[]): void {
    this.#size = size;
    this.#reference ??= size;
    this.#belief.advance(LEVEL, DRIFT, FADING);
    this.#belief.forget(MEMORY);
    for (const count of misses) if (count.trials > 0) this.#observe(count);
    this.#belief.hold(SLOPE, LEAST_SLOPE, MOST_SLOPE);
  }

  /** The log of the miss rate at this ef, so many steps ahead. */
  predict(ef: number, steps: number): Prediction {
    const { mean, variance } = this.#belief.predict(this.#features(ef, steps));
    return { mean, variance: variance + steps * WALK };
  }

  #observe({ ef, missed, trials }: MissCount): void {
    this.#trials += trials;
    const features = this.#features(ef, 0);
    if (surprise(this.#belief.predict(features), missed, trials) > SURPRISE)
      this.#belief.forget(MEMORY_AFTER_SURPRISE);
    const rate = Math.exp(likeliest(this.#belief.predict(features), missed, trials));
    const expected = trials * rate;
    this.#belief.observe(
      features,
      Math.log(rate) + (missed - expected) / expected,
      DISPERSION / expected,
    );
  }

  #features(ef: number, steps: number): number[] {
    const size = SIZE_POWER * Math.log(this.#size / (this.#reference ?? this.#size));
    const ahead = (FADING ** steps - 1) / (FADING - 1);
    return [1, size - Math.log(ef / this.#ef), ahead];
  }
}

/** Standard deviations between a count and what the belief makes of it. */
function surprise({ mean, variance }: Prediction, missed: number, trials: number): number {
  const expected = trials * Math.exp(mean);
  const spread = Math.sqrt(DISPERSION * expected + variance * expected * expected);
  return Math.abs(missed - expected) / spread;
}

/**
 * Where the belief's pull and that of the count are even: the root of
 * (it - mean) / variance = (missed - trials * exp(it)) / DISPERSION, whose sides cross once.
 */
function likeliest({ mean, variance }: Prediction, missed: number, trials: number): number {
  const weight = variance / DISPERSION;
  // Between the mean and the level that the count by itself would give, and not beyond certainty.
  let low = Math.min(mean, Math.log(Math.max(missed, 1e-3) / trials)) - 1;
  let high = Math.max(mean, Math.log(Math.max(missed, 1e-3) / trials)) + 1;
  for (let i = 0; i < 60; ++i) {
    const middle = (low + high) / 2;
    if (middle - mean < weight * (missed - trials * Math.exp(middle))) low = middle;
    else high = middle;
  }
  return clamp((low + high) / 2, -20, 0);
}
