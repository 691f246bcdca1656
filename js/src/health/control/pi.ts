import type { ControlOptions, EfController, Observation } from './controller.js';
import { clamp, FEWEST_TRIALS, LARGEST_MOVE, REPAIR_SHARE } from './limits.js';

/** How the rule is tuned. */
export interface PiTuning {
  /** Of log ef, per unit of log of the miss rate over its setpoint. */
  proportional: number;
  /** The same per decision that the error stays. */
  integral: number;
  /** The setpoint: this part of the miss rate that the target allows. (0, 1] */
  setpoint: number;
  /** What stays of older counts, per decision. [0, 1) */
  memory: number;
  /** The part of the p99 budget that the ceiling aims at. (0, 1] */
  headroom: number;
}

export const PI_TUNING: PiTuning = {
  proportional: 0.3,
  integral: 0.25,
  setpoint: 0.75,
  memory: 0.6,
  headroom: 0.9,
};

/** The ceiling of a budget that is not used up comes back by this factor per decision. */
const RELAX = 1.2;

/**
 * A proportional-integral rule on log ef: up while more is missed than the setpoint, down while less. In
 * its incremental form, and from the ef that was applied, the integral cannot wind up where ef is held by
 * a bound (Astrom and Hagglund, "Advanced PID Control", 2006, section 3.5). The p99 budget is a ceiling
 * that comes down at once when p99 comes near it, in proportion, and is raised slowly while it does not.
 */
export class ProportionalIntegralController implements EfController {
  readonly repairShare = REPAIR_SHARE;
  readonly #options: ControlOptions;
  readonly #tuning: PiTuning;
  #ef: number;
  #ceiling: number;
  #missed = 0;
  #trials = 0;
  #seen = 0;
  #error: number | undefined;

  constructor(options: ControlOptions, tuning: PiTuning = PI_TUNING) {
    this.#options = options;
    this.#tuning = tuning;
    this.#ef = options.ef;
    this.#ceiling = options.maxEf;
  }

  get ef(): number {
    return Math.round(this.#ef);
  }

  observe({ latencyUs, misses }: Observation): number {
    const { minEf, maxEf, targets } = this.#options;
    if (targets.p99Ms !== undefined && latencyUs !== undefined && latencyUs.count > 0) {
      const room = (this.#tuning.headroom * targets.p99Ms * 1000) / latencyUs.p99;
      this.#ceiling =
        room < 1
          ? this.#ef * Math.max(room, 1 / LARGEST_MOVE)
          : this.#ceiling * Math.min(room, RELAX);
      this.#ceiling = clamp(this.#ceiling, minEf, maxEf);
    }
    const change = this.#change(misses);
    this.#ef = clamp(this.#ef * Math.exp(change), minEf, this.#ceiling);
    return this.ef;
  }

  /** What the rule adds to log ef. */
  #change(misses: Observation['misses']): number {
    const { memory, proportional, integral, setpoint } = this.#tuning;
    const fresh = misses.reduce((sum, { trials }) => sum + trials, 0);
    if (fresh === 0) return 0;
    this.#seen += fresh;
    this.#missed = memory * this.#missed + misses.reduce((sum, { missed }) => sum + missed, 0);
    this.#trials = memory * this.#trials + fresh;
    if (this.#seen < FEWEST_TRIALS) return 0;
    const wanted = this.#trials * (1 - this.#options.targets.recall) * setpoint;
    const error = Math.log((this.#missed + 0.5) / (wanted + 0.5));
    const change = proportional * (error - (this.#error ?? error)) + integral * error;
    this.#error = error;
    return clamp(change, -Math.log(LARGEST_MOVE), Math.log(LARGEST_MOVE));
  }
}
