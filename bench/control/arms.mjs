// Who chooses ef: by the model, by the rule, or nobody.
import { createEfController } from '../../js/lib/health/control/controller.js';
import { PI_TUNING, ProportionalIntegralController } from '../../js/lib/health/control/pi.js';

/** The product's default, from which every controller begins. */
export const FIRST_EF = 100;
export const MOST_EF = 1000;

/** Settings of the rule beside its own, so that it is not beaten for its tuning. */
const TUNINGS = [
  { setpoint: 0.6 },
  { setpoint: 0.9 },
  { headroom: 1 },
  { setpoint: 0.6, headroom: 1 },
];

/** Controllers anew; `kind` says among which the best is sought in hindsight. */
export function armsOf({ targets, k, efs }) {
  const options = { targets, ef: FIRST_EF, minEf: k, maxEf: MOST_EF };
  const kinds = ['mpc', 'pi'].map((kind) => ({
    ...{ name: kind, kind, controller: createEfController(kind, options) },
  }));
  const tuned = TUNINGS.map((tuning) => ({
    name: `pi ${Object.entries(tuning).flat().join(' ')}`,
    kind: 'pi tuned',
    controller: new ProportionalIntegralController(options, { ...PI_TUNING, ...tuning }),
  }));
  const fixed = efs.map((ef) => ({
    name: `fixed ${ef}`,
    kind: 'fixed',
    controller: createEfController('fixed', { ...options, ef }),
  }));
  return [...kinds, ...tuned, ...fixed];
}
