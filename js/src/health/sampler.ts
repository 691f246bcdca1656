import type { Random } from './random.js';

/** How much of one core's time may go into repeating searches exactly. */
export const CHECK_SHARE = 0.01;

/**
 * Chooses one search in N, at random: all of them as long as little is searched, and as many as can
 * be repeated in {@link CHECK_SHARE} of the time when much is.
 */
export class Sampler {
  readonly #random: Random;
  #every = 1;
  #skip = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** N. */
  get every(): number {
    return this.#every;
  }

  /** Whether this search is one to repeat: to be asked once for each. */
  wants(): boolean {
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    // Uniform in [0, 2 N - 2], so that one in N is taken and no rhythm of the searches is met.
    this.#skip = Math.floor(this.#random() * (2 * this.#every - 1));
    return true;
  }

  /** Takes in how many searches there were in a time, and what repeating one costs. */
  adapt(searches: number, elapsedMs: number, costMs: number): void {
    if (elapsedMs <= 0) return;
    const affordable = (elapsedMs * CHECK_SHARE) / Math.max(costMs, 1e-3);
    this.#every = Math.max(1, Math.ceil(searches / affordable));
    this.#skip = Math.min(this.#skip, 2 * this.#every - 2);
  }
}
