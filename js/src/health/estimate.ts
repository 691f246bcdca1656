import type { Estimate } from './shape.js';

/** Of the normal distribution: 95% lie within so many deviations. */
const Z = 1.959964;
/** Of fewer queries, how much they differ from one another is not known well enough to be used. */
const FEW = 8;

/** A share with its Wilson score interval (Wilson, 1927). */
export function wilson(value: number, trials: number): Estimate {
  const z2 = Z * Z;
  const middle = (value + z2 / (2 * trials)) / (1 + z2 / trials);
  const half =
    (Z * Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials * trials))) /
    (1 + z2 / trials);
  return {
    value,
    low: Math.max(0, Math.min(middle - half, value)),
    high: Math.min(1, Math.max(middle + half, value)),
    trials: Math.round(trials),
  };
}

/**
 * A share of trials that come in groups (the k results of a query), in which older groups weigh less.
 * The trials of a group depend on one another, so that the interval is Wilson's with as many
 * independent trials as the variance between the groups says there are (Kish, 1965; Korn and
 * Graubard, 1998): never fewer than there are groups, never more than there are trials.
 */
export class RollingShare {
  readonly #keep: number;
  #hits = 0;
  #trials = 0;
  /** Sums of squared weights: of 1, of trials, and of the products that the variance needs. */
  #groups = 0;
  #groups2 = 0;
  #trials2 = 0;
  #hitsHits2 = 0;
  #hitsTrials2 = 0;
  #trialsTrials2 = 0;

  /** @param halfLife after so many groups one weighs half */
  constructor(halfLife: number) {
    this.#keep = 0.5 ** (1 / halfLife);
  }

  add(hits: number, trials: number): void {
    const keep = this.#keep;
    const keep2 = keep * keep;
    this.#hits = this.#hits * keep + hits;
    this.#trials = this.#trials * keep + trials;
    this.#groups = this.#groups * keep + 1;
    this.#groups2 = this.#groups2 * keep2 + 1;
    this.#trials2 = this.#trials2 * keep2 + trials;
    this.#hitsHits2 = this.#hitsHits2 * keep2 + hits * hits;
    this.#hitsTrials2 = this.#hitsTrials2 * keep2 + hits * trials;
    this.#trialsTrials2 = this.#trialsTrials2 * keep2 + trials * trials;
  }

  /** How many groups of equal weight this is worth. */
  get groups(): number {
    return this.#groups2 === 0 ? 0 : (this.#groups * this.#groups) / this.#groups2;
  }

  get estimate(): Estimate | undefined {
    if (this.#trials === 0) return undefined;
    // What decays is a sum of rounded terms: a whole share may come out above 1.
    const share = Math.min(1, this.#hits / this.#trials);
    return wilson(share, this.#independentTrials(share));
  }

  #independentTrials(share: number): number {
    const least = this.groups;
    const most = (this.#trials * this.#trials) / this.#trials2;
    if (least < FEW) return least;
    const squares =
      this.#hitsHits2 - 2 * share * this.#hitsTrials2 + share * share * this.#trialsTrials2;
    const variance = squares / (this.#trials * this.#trials);
    // Where all groups are alike, nothing says how much they depend on one another.
    if (variance <= 0) return least;
    return Math.min(Math.max((share * (1 - share)) / variance, least), most);
  }
}

/** The mean of numbers of which older ones weigh less. */
export class RollingMean {
  readonly #keep: number;
  #sum = 0;
  #weight = 0;

  /** @param halfLife after so many numbers one weighs half */
  constructor(halfLife: number) {
    this.#keep = 0.5 ** (1 / halfLife);
  }

  add(value: number): void {
    this.#sum = this.#sum * this.#keep + value;
    this.#weight = this.#weight * this.#keep + 1;
  }

  get value(): number | undefined {
    return this.#weight === 0 ? undefined : this.#sum / this.#weight;
  }
}
