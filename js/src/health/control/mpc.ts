import type { ControlOptions, EfController, Observation } from './controller.js';
import { LatencyModel, type Demand } from './latency_model.js';
import { clamp, FEWEST_SEARCHES, FEWEST_TRIALS, LARGEST_MOVE, REPAIR_SHARE } from './limits.js';
import { DISPERSION, MissModel } from './miss_model.js';

/** Decisions that a choice of ef has to hold for. */
const STEPS = 3;
/** Standard deviations between what is predicted and what is promised, where there is room for them. */
const CONFIDENCE = 2;
/** The same where there is none for both, and recall gives way. */
const BUDGET_CONFIDENCE = 1;
/** Results of a search, to tell how much the recall of one horizon varies by chance. */
const RESULTS = 10;
/** Candidates for ef: each this much larger than the one before. */
const RATIO = 1.03;
/** A choice nearer than this to the present ef is not worth a change. */
const DEAD_BAND = 0.04;
const REPAIR_SHARES = [REPAIR_SHARE, REPAIR_SHARE / 2, REPAIR_SHARE / 4, REPAIR_SHARE / 10];

/**
 * Model-predictive control of ef: the smallest ef that both models expect to hold the recall target and
 * the p99 budget for the next steps, with the confidence that there is room for; applied for one step,
 * then chosen anew (receding horizon: Mayne et al., Automatica 36, 2000; chance constraints: Mesbah, IEEE
 * Control Systems 36, 2016). Where no ef is likely to hold both, the budget is kept and recall gives way.
 */
export class ModelPredictiveController implements EfController {
  readonly #options: ControlOptions;
  readonly #misses: MissModel;
  readonly #latency = new LatencyModel();
  #ef: number;
  #repairShare = REPAIR_SHARE;
  #demand: Demand | undefined;
  #growth = 0;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#ef = options.ef;
    this.#misses = new MissModel(Math.max(1e-6, 1 - options.targets.recall), options.ef);
  }

  get ef(): number {
    return this.#ef;
  }

  get repairShare(): number {
    return this.#repairShare;
  }

  observe(seen: Observation): number {
    const { searches, seconds, size } = seen;
    if (size === 0) return this.#ef;
    this.#misses.step(size, seen.misses);
    this.#latency.step(this.#ef, seen);
    this.#growth = this.#demand === undefined ? 0 : Math.max(0, size - this.#demand.size);
    this.#demand = { size, perSecond: seconds > 0 ? searches / seconds : 0 };
    if (this.#misses.trials >= FEWEST_TRIALS && searches > 0) {
      this.#ef = this.#move(this.#choose(searches, this.#demand));
      this.#repairShare = this.#shareBeside(searches, this.#demand);
    }
    return this.#ef;
  }

  #choose(searches: number, demand: Demand): number {
    const { minEf, maxEf } = this.#options;
    let withinBudget = minEf;
    for (let ef = minEf; ; ef = Math.min(maxEf, Math.max(ef + 1, Math.round(ef * RATIO)))) {
      const recall = this.#recallRoom(ef, searches);
      const budget = this.#budgetRoom(ef, searches, demand);
      if (budget >= BUDGET_CONFIDENCE) withinBudget = ef;
      // Room for recall grows with ef, that in the budget shrinks: where they cross is the best of both.
      if (recall >= CONFIDENCE && budget >= CONFIDENCE) return ef;
      if (recall >= budget || budget < 0) return recall >= 0 && budget >= 0 ? ef : withinBudget;
      if (ef === maxEf) return ef;
    }
  }

  /** Near the present ef it stays, and far from it it goes at most so far at once. */
  #move(wanted: number): number {
    const { minEf, maxEf } = this.#options;
    if (Math.abs(Math.log(wanted / this.#ef)) < DEAD_BAND) return this.#ef;
    const reachable = clamp(wanted, this.#ef / LARGEST_MOVE, this.#ef * LARGEST_MOVE);
    return clamp(Math.round(reachable), minEf, maxEf);
  }

  /** Standard deviations between the miss rate that is to be expected and the target. */
  #recallRoom(ef: number, searches: number): number {
    const target = 1 - this.#options.targets.recall;
    if (target <= 0) return -Infinity;
    return least((steps) => {
      const { mean, variance } = this.#misses.predict(ef, steps);
      const chance = DISPERSION / (Math.max(FEWEST_SEARCHES, searches) * RESULTS * target);
      return (Math.log(target) - mean) / Math.sqrt(variance + chance);
    });
  }

  /** The same between p99 and its budget. */
  #budgetRoom(ef: number, searches: number, demand: Demand, share = 0): number {
    const { p99Ms } = this.#options.targets;
    if (p99Ms === undefined || !this.#latency.known) return Infinity;
    return least((steps) => {
      const later = { ...demand, size: demand.size + steps * this.#growth };
      const { mean, variance } = this.#latency.predict(ef, later, searches, share);
      return (Math.log(p99Ms * 1000) - mean) / Math.sqrt(variance);
    });
  }

  /** How much repair the budget has room for beside the searches. */
  #shareBeside(searches: number, demand: Demand): number {
    const fits = REPAIR_SHARES.find(
      (share) => this.#budgetRoom(this.#ef, searches, demand, share) >= BUDGET_CONFIDENCE,
    );
    return fits ?? (REPAIR_SHARES.at(-1) as number);
  }
}

const least = (room: (steps: number) => number): number =>
  Math.min(...Array.from({ length: STEPS }, (_, i) => room(i + 1)));
