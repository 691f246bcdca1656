import type { Store } from '../store.js';
import type { Random } from './random.js';

/** Results among which a pattern must be that is searched for by its own embedding. */
const PROBE_K = 10;
/** Tries to hit a live slot before the next one is taken, which those behind a gap are more often. */
const TRIES = 16;

/** What searching for a pattern by its own embedding has shown. */
export interface Probe {
  found: boolean;
  distances: number;
}

/** The slot of a random live pattern; undefined when there is none. */
export function randomSlot(store: Store, random: Random): number | undefined {
  const { slots, count } = store.stats();
  if (count === 0) return undefined;
  let slot = 0;
  for (let i = 0; i < TRIES; ++i) {
    slot = Math.floor(random() * slots);
    if (store.nextSlot(slot) === slot) return slot;
  }
  return store.nextSlot(slot) ?? store.nextSlot(0);
}

/**
 * Searches for the pattern in a live slot by its own embedding. It is found when it is in the first ten,
 * or when none of these is worse than it; undefined when the search is exact, as without a graph.
 */
export function probe(store: Store, slot: number, ef: number): Probe | undefined {
  const embedding = store.embeddingAt(slot);
  if (embedding === undefined) return undefined;
  const asked = { k: PROBE_K, ef: Math.max(ef, PROBE_K) };
  const { slots, scores, report } = store.searchSlots(embedding, asked);
  if (report.exact) return undefined;
  const distances = report.distanceComputations;
  if (slots.includes(slot)) return { found: true, distances };
  const { scores: own } = store.searchSlots(embedding, {
    ...{ k: 1, exact: true, slotRange: [slot, slot + 1] },
  });
  return { found: !((own[0] ?? -Infinity) > (scores.at(-1) ?? Infinity)), distances };
}
