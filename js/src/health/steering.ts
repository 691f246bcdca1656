import type { SearchOptions } from '../types.js';
import type { Clock } from './clock.js';
import { createEfController, type EfController } from './control/controller.js';
import type { EfControl, SearchTargets } from './shape.js';
import { Timings } from './timings.js';
import type { Missed } from './watch.js';

/** From one decision on ef to the next, and how many searches there must be at least. */
const HORIZON_MS = 1000;
const HORIZON_SEARCHES = 16;
/** What a controller may choose; no engine takes more than the last. */
const LEAST_EF = 16;
const LARGE_EF = 2048;
const MOST_EF = 10_000;
const DEFAULT_K = 10;

export interface SteeringOptions {
  /** Candidates that the store itself keeps, and those that the configuration asks for. */
  storeEf: number;
  efSearch?: number | undefined;
  targets?: SearchTargets | undefined;
  kind?: EfControl | undefined;
}

/** How many candidates searches keep that do not say. */
export class Steering {
  readonly #storeEf: number;
  readonly #controller: EfController | undefined;
  readonly #clock: Clock;
  readonly #times = new Timings();
  #searches = 0;
  #horizon: number;
  #ef: number;
  /** Candidates that were asked for, whatever was chosen since. */
  readonly asked: number;
  readonly targets: SearchTargets | undefined;

  constructor(clock: Clock, { storeEf, efSearch, targets, kind = 'mpc' }: SteeringOptions) {
    this.#clock = clock;
    this.#storeEf = storeEf;
    this.asked = this.#ef = efSearch ?? storeEf;
    this.targets = targets;
    this.#horizon = clock.now();
    if (targets !== undefined && kind !== 'fixed')
      this.#controller = createEfController(kind, {
        ...{ targets, ef: this.asked, minEf: Math.min(LEAST_EF, this.asked) },
        maxEf: Math.min(MOST_EF, Math.max(LARGE_EF, this.asked)),
      });
  }

  get ef(): number {
    return this.#ef;
  }

  /** Whether ef is nobody's to choose but this one's, and there is a budget to stay within. */
  get mayRaise(): boolean {
    return this.#controller === undefined && this.targets?.p99Ms !== undefined;
  }

  /** The part of the time that repairing may take; undefined where nothing is to be held. */
  get repairShare(): number | undefined {
    return this.#controller?.repairShare;
  }

  /** The options with the ef that is to be used: a search that gives its own keeps it. */
  applied(options: SearchOptions): SearchOptions {
    if (options.ef !== undefined || this.#ef === this.#storeEf) return options;
    return { ...options, ef: Math.max(this.#ef, options.k ?? DEFAULT_K) };
  }

  /** Candidates that a search with these options has kept. */
  keptBy({ ef, k = DEFAULT_K }: SearchOptions): number {
    return ef ?? Math.max(this.#ef, k);
  }

  /** A search that did not give an ef of its own. */
  searched(ms: number): void {
    if (this.#controller === undefined) return;
    this.#times.record(ms);
    this.#searches += 1;
  }

  /** Decides, when a horizon is over. */
  decide(size: number, takeMissed: () => Missed[]): void {
    const ms = this.#clock.now() - this.#horizon;
    if (this.#controller === undefined || ms < HORIZON_MS || this.#searches < HORIZON_SEARCHES)
      return;
    const latencyUs = this.#times.take();
    this.#ef = this.#controller.observe({
      ...{ seconds: ms / 1e3, searches: this.#searches, size, misses: takeMissed() },
      ...(latencyUs && { latencyUs }),
    });
    this.#searches = 0;
    this.#horizon = this.#clock.now();
  }

  /** Half as many candidates again; gives back what was before. */
  raise(): number {
    const before = this.#ef;
    this.#ef = Math.min(MOST_EF, Math.ceil(before * 1.5));
    return before;
  }

  setBack(ef: number): void {
    this.#ef = ef;
  }
}
