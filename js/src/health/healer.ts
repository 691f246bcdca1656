import { DisposedError } from '../errors.js';
import { bytesOf, rebuild } from '../pattern_store/long_work.js';
import type { Turns } from '../pattern_store/turns.js';
import type { Progress } from '../interface.js';
import { repair, tombstonesOf } from './census.js';
import type { Clock } from './clock.js';
import type { Store } from '../store.js';
import { worsened, type Decision } from './ladder.js';
import { messageOf } from './listeners.js';
import { measure, questionsFor, type Measured, type Question } from './measure.js';
import { both, NOTHING, type Pace, type Taken } from './pace.js';
import type { Random } from './random.js';
import type { HealingAction, HealingFigures } from './shape.js';
import type { Steering } from './steering.js';
import type { Watch } from './watch.js';

export interface HealerParts {
  storeOf: () => Store;
  /** The graph is replaced by one at a time. */
  rebuilds: Turns;
  clock: Clock;
  random: Random;
  steering: Steering;
  watch: Watch;
  /** Writes a snapshot that replaces the journals; absent without storage. */
  compactStorage?: (() => Promise<Taken>) | undefined;
}

/** What was done, and what was measured afterwards, when anything was. */
export interface Done {
  action: HealingAction;
  after?: Measured;
}

type Cost = NonNullable<HealingAction['cost']>;

/** How much recall must rise for more candidates to be worth their time. */
const WORTH = 0.002;

/** Does one thing for a store, and measures what came of it. */
export class Healer {
  readonly #parts: HealerParts;
  #clears = 0;

  constructor(parts: HealerParts) {
    this.#parts = parts;
  }

  /** How often the store was cleared. */
  get clears(): number {
    return this.#clears;
  }

  /** Work on what was there before has nothing to do any more. */
  cleared(): void {
    this.#clears += 1;
  }

  /** What would be done, and how the store is, without doing it. */
  suggestion({ kind, because }: Decision): HealingAction {
    const at = this.#parts.clock.time();
    return { kind, at, because, outcome: 'suggested', before: this.#figures() };
  }

  /** One after another, and not beside a rebuild that was asked for. It does not reject. */
  async perform(
    decision: Decision,
    pace: Pace,
    onProgress?: (progress: Progress) => void,
  ): Promise<Done> {
    return this.#parts.rebuilds.take(async () => {
      const { kind, because } = decision;
      const action = { kind, because, at: this.#parts.clock.time(), before: this.#figures() };
      const clears = this.#clears;
      pace.taken = NOTHING;
      try {
        if (kind === 'snapshot') return await this.#snapshot(action);
        const questions = questionsFor(
          this.#parts.storeOf(),
          this.#parts.watch.questions,
          this.#parts.random,
        );
        const before = await this.#measure(questions, pace);
        const { unreachable } = action.before;
        // Not beside what was estimated from other searches.
        action.before = { ...(unreachable !== undefined && { unreachable }), ...before.figures };
        const work: Work = { action, questions, before, pace, onProgress };
        const done = kind === 'raise-ef' ? await this.#raiseEf(work) : await this.#mend(kind, work);
        return clears === this.#clears
          ? done
          : { action: stopped(action, 'the store was cleared') };
      } catch (cause) {
        if (pace.signal?.aborted || cause instanceof DisposedError)
          return { action: stopped(action, 'it was called off') };
        if (clears !== this.#clears) return { action: stopped(action, 'the store was cleared') };
        return { action: { ...action, outcome: 'failed', message: messageOf(cause) } };
      }
    });
  }

  async #raiseEf({ action, questions, pace }: Work): Promise<Done> {
    const { steering } = this.#parts;
    const before = steering.raise();
    let after: Measured;
    try {
      after = await this.#measure(questions, pace);
    } catch (cause) {
      steering.setBack(before);
      throw cause;
    }
    const cost = costOf(pace.taken, 0);
    const message = this.#notWorth(action.before, after.figures);
    if (message === undefined) {
      this.#parts.watch.renewRecall();
      return { action: { ...action, outcome: 'kept', after: after.figures, cost }, after };
    }
    steering.setBack(before);
    return { action: { ...action, outcome: 'rolled-back', after: after.figures, cost, message } };
  }

  /** Why more candidates are not kept. */
  #notWorth(before: HealingFigures, after: HealingFigures): string | undefined {
    const { watch, steering } = this.#parts;
    if ((after.recall ?? 0) < (before.recall ?? 1) + WORTH)
      return `recall did not rise by ${WORTH} or more`;
    const { p99Ms } = watch.reading();
    const budget = steering.targets?.p99Ms;
    const expectedMs = p99Ms && (p99Ms * after.ef) / before.ef;
    if (budget !== undefined && expectedMs !== undefined && expectedMs > budget)
      return `99 of 100 searches would take up to ${expectedMs.toFixed(2)} ms, and ${budget} ms are allowed`;
    return undefined;
  }

  async #mend(
    kind: 'repair' | 'compact' | 'rebuild',
    { action, questions, before, pace, onProgress }: Work,
  ): Promise<Done> {
    const { watch, storeOf, compactStorage } = this.#parts;
    const peakBytes =
      kind === 'repair'
        ? await this.#repair(pace)
        : await rebuild(storeOf(), kind === 'compact' ? 'compact' : 'relink', pace, onProgress);
    watch.renew();
    const census = await watch.takeCensus(pace);
    const after = await this.#measure(questions, pace);
    after.figures = { ...after.figures, ...(census && { unreachable: census.unreachable }) };
    // Opening the store would else bring damage back; tombstones, which are none, may come.
    const written = kind === 'compact' ? undefined : await compactStorage?.();
    const cost = costOf(both(pace.taken, written ?? NOTHING), peakBytes);
    const done = { ...action, after: after.figures, cost };
    const message = worsened(before, after);
    if (message !== undefined) {
      const its = `${message}; the old graph is gone, and the next step follows`;
      return { action: { ...done, outcome: 'failed', message: its }, after };
    }
    const left = kind === 'repair' ? leftOver(action.before, after.figures) : undefined;
    if (left !== undefined) return { action: { ...done, outcome: 'failed', message: left }, after };
    return { action: { ...done, outcome: 'kept' }, after };
  }

  /** Returns by how many bytes the store has grown. */
  async #repair(pace: Pace): Promise<number> {
    const { watch, storeOf } = this.#parts;
    const before = bytesOf(storeOf());
    const census = await watch.takeCensus(pace, true);
    if (census !== undefined) await repair(storeOf(), pace);
    return bytesOf(storeOf()) - before;
  }

  async #snapshot(action: Begun): Promise<Done> {
    const cost = costOf((await this.#parts.compactStorage?.()) ?? NOTHING, 0);
    return { action: { ...action, outcome: 'kept', after: this.#figures(), cost } };
  }

  async #measure(questions: readonly Question[], pace: Pace): Promise<Measured> {
    const { storeOf, steering, random } = this.#parts;
    const asked = { questions, ef: steering.ef, probeEf: steering.asked, random };
    return measure(storeOf(), asked, pace);
  }

  /** What is known without measuring. */
  #figures(): HealingFigures {
    const { storeOf, steering, watch } = this.#parts;
    const { recall, selfMisses, unreachable, distances } = watch.reading();
    return {
      ...(recall && { recall: recall.value }),
      ...(selfMisses && { selfMisses: selfMisses.value }),
      ...(unreachable !== undefined && { unreachable }),
      ...(distances !== undefined && { distancesPerSearch: distances }),
      ...{ tombstones: tombstonesOf(storeOf()), memoryBytes: bytesOf(storeOf()), ef: steering.ef },
    };
  }
}

type Begun = Omit<HealingAction, 'outcome' | 'after' | 'cost' | 'message'>;

interface Work {
  action: Begun;
  /** What is asked before and after, and what that has shown before. */
  questions: readonly Question[];
  before: Measured;
  pace: Pace;
  onProgress: ((progress: Progress) => void) | undefined;
}

function costOf({ busyMs, longestMs }: Taken, peakBytes: number): Cost {
  return { busyMs, longestPauseMs: longestMs, peakBytes: Math.max(0, peakBytes) };
}

function stopped(action: Begun, message: string): HealingAction {
  return { ...action, outcome: 'stopped', message };
}

/** What a repair was to link and did not. */
function leftOver(before: HealingFigures, after: HealingFigures): string | undefined {
  const { unreachable = 0 } = before;
  if (unreachable === 0 || (after.unreachable ?? 0) < unreachable) return undefined;
  return `still no links lead to ${after.unreachable ?? 0} patterns`;
}
