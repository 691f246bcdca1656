import { covers, expectedAt } from './baseline.js';
import type { Clock } from './clock.js';
import type { Done } from './healer.js';
import type { History } from './history.js';
import { TOMBSTONE_SHARE } from './ladder.js';
import type { Reading } from './states.js';
import type { Steering } from './steering.js';
import type { Store } from '../store.js';

/** A baseline wants so many probes and, for recall, so many independent results. */
const BASELINE_PROBES = 128;
const BASELINE_RESULTS = 64;

export interface NormParts {
  storeOf: () => Store;
  clock: Clock;
  steering: Steering;
  history: History;
}

/** What is usual for a store: it is kept in its history. */
export class Norm {
  readonly #parts: NormParts;

  constructor(parts: NormParts) {
    this.#parts = parts;
  }

  /** What the store's own baseline says of its present size, beside what was seen. */
  expecting(reading: Reading): Reading {
    const { history, storeOf, steering } = this.#parts;
    const { slots } = storeOf().stats();
    const targetP99Ms = steering.targets?.p99Ms;
    const wanted = { targetRecall: steering.targets?.recall, targetP99Ms };
    const { baseline } = history;
    if (baseline === undefined || !covers(baseline, slots, steering.asked))
      return { ...reading, ...wanted };
    const { recall, ...expected } = expectedAt(baseline, slots);
    // Fewer candidates find less, through no fault of the graph.
    const keepsFewer = steering.ef < baseline.ef;
    const isFair = recall !== undefined && !keepsFewer;
    return {
      ...{ ...reading, ...wanted, keepsFewer },
      expected: isFair ? { ...expected, recall } : expected,
    };
  }

  /** The first graph that was seen enough of, and not full of tombstones, is the one to compare with. */
  keep({ live, tombstones, recall, selfMisses, distances }: Reading): void {
    const { history, storeOf, clock, steering } = this.#parts;
    const { slots } = storeOf().stats();
    const probeEf = steering.asked;
    let baseline = history.baseline;
    if (baseline !== undefined && !covers(baseline, slots, probeEf)) baseline = undefined;
    if (tombstones > live * TOMBSTONE_SHARE || distances === undefined) return;
    if (baseline === undefined && selfMisses !== undefined && selfMisses.trials >= BASELINE_PROBES)
      baseline = {
        ...{ at: clock.time(), slots, ef: steering.ef, probeEf, distances },
        selfMisses: selfMisses.high,
      };
    if (baseline?.recall === undefined && recall !== undefined && recall.trials >= BASELINE_RESULTS)
      baseline &&= { ...baseline, recall: recall.low, ef: steering.ef };
    history.baseline = baseline;
  }

  /**
   * A graph that was built anew is as good as it gets: what it shows is what to expect from now on. Recall
   * of patterns' own embeddings is not what searches reach: it is then seen later.
   */
  take({ action, after }: Done): void {
    if (action.kind !== 'rebuild' || after === undefined) return;
    const { history, storeOf, clock, steering } = this.#parts;
    const { figures, recall, selfMisses, isOfUsers } = after;
    const { distancesPerSearch: distances } = figures;
    if (selfMisses === undefined || distances === undefined) return;
    const { slots } = storeOf().stats();
    history.baseline = {
      ...{ at: clock.time(), slots, ef: steering.ef, probeEf: steering.asked, distances },
      selfMisses: selfMisses.high,
      ...(recall !== undefined && isOfUsers && { recall: recall.low }),
    };
  }
}
