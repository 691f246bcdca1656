import { InvalidArgumentError } from '../../errors.js';
import type { EfControl, SearchTargets, TimedUs } from '../shape.js';
import { FixedController } from './fixed.js';
import { ModelPredictiveController } from './mpc.js';
import { ProportionalIntegralController } from './pi.js';

/** Searches that were repeated exactly, of those that one ef answered. */
export interface MissCount {
  ef: number;
  /** Results that an exact search gives and the answers did not have. */
  missed: number;
  /** Results that exact searches gave: k for each search that was repeated. */
  trials: number;
}

/** What was seen since the last decision. */
export interface Observation {
  /** Since the last decision. */
  seconds: number;
  /** Searches since then. */
  searches: number;
  /** Live patterns. */
  size: number;
  /** Of searches with the controller's ef; absent where none was timed. */
  latencyUs?: TimedUs;
  misses: readonly MissCount[];
}

/** Chooses ef, once per horizon. It has no clock and no randomness: what it sees decides alone. */
export interface EfController {
  /** What searches are to use until the next decision. */
  readonly ef: number;
  /** The part of the time until then that repairing and rebuilding may take. (0, 1] */
  readonly repairShare: number;
  /** Takes in what was seen and chooses ef for the next horizon. */
  observe(seen: Observation): number;
}

/** What a controller is to hold, where it begins, and the bounds of what it may choose. */
export interface ControlOptions {
  targets: SearchTargets;
  ef: number;
  minEf: number;
  maxEf: number;
}

/** The controller of that kind. */
export function createEfController(kind: EfControl, options: ControlOptions): EfController {
  const { ef, minEf, maxEf } = options;
  if (!(minEf >= 1 && minEf <= ef && ef <= maxEf))
    throw new InvalidArgumentError(`ef must be in [minEf, maxEf], [${minEf}, ${maxEf}], not ${ef}`);
  return new CONTROLLERS[kind](options);
}

const CONTROLLERS = {
  mpc: ModelPredictiveController,
  pi: ProportionalIntegralController,
  fixed: FixedController,
} satisfies Record<EfControl, new (options: ControlOptions) => EfController>;
