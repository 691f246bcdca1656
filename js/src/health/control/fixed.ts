import { REPAIR_SHARE } from './limits.js';
import type { ControlOptions, EfController } from './controller.js';

/** Does not choose: ef stays as it was given. */
export class FixedController implements EfController {
  readonly ef: number;
  readonly repairShare = REPAIR_SHARE;

  constructor({ ef }: ControlOptions) {
    this.ef = ef;
  }

  observe(): number {
    return this.ef;
  }
}
