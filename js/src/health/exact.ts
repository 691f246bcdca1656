import type { Store } from '../store.js';
import type { Filter, SearchOptions, SlotSearchResult, Vector } from '../types.js';
import { inSlices, StepSize, type Pace, type Taken } from './pace.js';

/** Searches for more results than this are not repeated. */
export const MOST_RESULTS = 100;
/** Slots that the first step of a scan looks at, and that any may. */
const FIRST_SLOTS = 2048;
const MOST_SLOTS = 1 << 20;

/** A search that was answered, as it is to be repeated exactly. */
export interface Answered {
  store: Store;
  query: Float32Array;
  options: Filter & Pick<SearchOptions, 'k' | 'threshold'>;
  /** Candidates that the search kept. */
  ef: number;
  /** Dynamic k: the results are to be compared with as many true ones. */
  isDynamic: boolean;
  scores: Float32Array;
  /** Of the store when it was answered. */
  slots: number;
  dead: number;
}

/** What repeating a search has shown: of `trials` true results, how many were among the answered ones. */
export interface Checked extends Taken {
  /** Whether it was given up, as nobody can tell what was true: it has shown nothing. */
  isDropped: boolean;
  hits: number;
  trials: number;
}

/**
 * A search and its answer, copied; undefined for those that say nothing about the graph: exact ones, and
 * those that choose for diversity. And for those while a batch is being staged, whose slots are there
 * already and not to be found.
 */
export function answered(
  store: Store,
  query: Vector,
  ef: number,
  options: SearchOptions,
  { scores, report }: SlotSearchResult,
): Answered | undefined {
  const { k = 10, minK, mmrLambda, threshold, domain, type, framework, filter } = options;
  if (report.exact || mmrLambda !== undefined || k > MOST_RESULTS) return undefined;
  if (store.stagedCount > 0) return undefined;
  const fields = { k, threshold, domain, type, framework, filter: structuredClone(filter) };
  const asked = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Answered['options'];
  const isDynamic = minK !== undefined;
  const floats = Float32Array.from(query);
  return { store, query: floats, options: asked, ef, isDynamic, scores, ...sizeOf(store) };
}

/**
 * Repeats a search exactly, in slices, among the patterns that were there when it was answered: later
 * ones have later slots. Dropped when one of them was removed or replaced meanwhile, as that may
 * have been a true result.
 */
export async function check(sample: Answered, pace: Pace): Promise<Checked> {
  const { store, query, options, slots } = sample;
  const { k = 10 } = options;
  const size = new StepSize(FIRST_SLOTS, MOST_SLOTS, pace.sliceMs);
  const seen = { isSame: true, from: 0 };
  let best: number[] = [];
  const scan = (): boolean => {
    const { from } = seen;
    seen.isSame = isUnchanged(sample);
    if (!seen.isSame || from >= slots) return false;
    size.run((count) => {
      const to = Math.min(slots, from + count);
      const { scores } = store.searchSlots(query, {
        ...options,
        exact: true,
        slotRange: [from, to],
      });
      best = [...best, ...scores].sort((a, b) => b - a).slice(0, k);
      seen.from = to;
    });
    return seen.from < slots;
  };
  const taken = await inSlices(scan, pace);
  if (!seen.isSame) return { ...taken, isDropped: true, trials: 0, hits: 0 };
  const trials = sample.isDynamic ? Math.min(sample.scores.length, best.length) : best.length;
  return { ...taken, isDropped: false, trials, hits: hitsOf(sample.scores, best, trials) };
}

/** Results of equal score are as good as one another. */
function hitsOf(scores: Float32Array, best: readonly number[], trials: number): number {
  if (trials === 0) return 0;
  const least = best[trials - 1] as number;
  return Math.min(trials, scores.filter((score) => score >= least).length);
}

function sizeOf(store: Store): { slots: number; dead: number } {
  const { slots, count } = store.stats();
  return { slots, dead: slots - count };
}

/**
 * Tombstones are never taken away but by a rebuild or `clear`, of which the caller knows; and nothing
 * was staged when the search was answered. So as many dead slots are the same ones.
 */
function isUnchanged({ store, slots, dead }: Answered): boolean {
  if (store.disposed) return false;
  const now = sizeOf(store);
  return now.dead === dead && now.slots >= slots;
}
