import { bytesOf } from '../pattern_store/long_work.js';
import { tombstonesOf } from './census.js';
import type { Store } from '../store.js';
import { wilson, RollingShare } from './estimate.js';
import { answered, check, type Answered } from './exact.js';
import { inSlices, type Pace } from './pace.js';
import { probe, randomSlot } from './probe.js';
import type { Random } from './random.js';
import type { Estimate, HealingFigures } from './shape.js';

/** A search to ask again. */
export interface Question extends Pick<Answered, 'query' | 'options'> {
  /** Whether nobody asked it: it is a pattern's own embedding, which is easier to find. */
  isMadeUp?: boolean;
}

/** Searches that a measurement asks, and patterns that it searches for by their own embedding. */
export const QUESTIONS = 32;
const PROBES = 128;
/** A search is asked so often until no pattern is taken away while it is repeated exactly. */
const ATTEMPTS = 3;

export interface Measured {
  figures: HealingFigures;
  recall?: Estimate | undefined;
  selfMisses?: Estimate | undefined;
  /** Whether recall is of searches that were asked by who uses the store, all of them. */
  isOfUsers: boolean;
}

interface Asked {
  questions: readonly Question[];
  /** Candidates of a search, and of one for a pattern by its own embedding. */
  ef: number;
  probeEf: number;
  random: Random;
}

/** Those that were asked last, and random live patterns where these are few. */
export function questionsFor(store: Store, last: readonly Question[], random: Random): Question[] {
  const questions = last.slice(-QUESTIONS);
  while (questions.length < QUESTIONS) {
    const slot = randomSlot(store, random);
    const query = slot === undefined ? undefined : store.embeddingAt(slot);
    if (query === undefined) break;
    questions.push({ query, options: { k: 10 }, isMadeUp: true });
  }
  return questions;
}

/** Measures a store as it is, in slices. What its searches answer exactly is left out. */
export async function measure(
  store: Store,
  { questions, ef, probeEf, random }: Asked,
  pace: Pace,
): Promise<Measured> {
  const shares = new RollingShare(Infinity);
  for (const question of questions) {
    const checked = await ask(store, question, ef, pace);
    if (checked !== undefined && checked.trials > 0) shares.add(checked.hits, checked.trials);
  }
  const probes = { asked: 0, missed: 0, distances: 0 };
  let left = PROBES;
  await inSlices(() => {
    const slot = randomSlot(store, random);
    const seen = slot === undefined ? undefined : probe(store, slot, probeEf);
    if (seen === undefined) return false;
    probes.asked += 1;
    probes.missed += Number(!seen.found);
    probes.distances += seen.distances;
    left -= 1;
    return left > 0;
  }, pace);
  const recall = shares.estimate;
  const misses = probes.asked > 0 ? wilson(probes.missed / probes.asked, probes.asked) : undefined;
  return {
    ...{ recall, selfMisses: misses },
    isOfUsers: questions.every(({ isMadeUp = false }) => !isMadeUp),
    figures: {
      ...(recall && { recall: recall.value }),
      ...(misses && { selfMisses: misses.value }),
      ...(misses && { distancesPerSearch: probes.distances / probes.asked }),
      ...{ tombstones: tombstonesOf(store), memoryBytes: bytesOf(store), ef },
    },
  };
}

async function ask(
  store: Store,
  { query, options }: Question,
  ef: number,
  pace: Pace,
): Promise<{ hits: number; trials: number } | undefined> {
  const kept = Math.max(ef, options.k ?? 10);
  for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
    const result = store.searchSlots(query, { ...options, ef: kept });
    const sample = answered(store, query, kept, options, result);
    if (sample === undefined) return undefined;
    const checked = await check(sample, pace);
    if (!checked.isDropped) return checked;
  }
  return undefined;
}
