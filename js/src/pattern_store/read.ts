import type { StoredPattern } from '../interface.js';
import type { Store } from '../store.js';
import type { Filter } from '../types.js';
import { toStoredPattern } from './convert.js';

/** The patterns in these live slots. */
export function readSlots(
  store: Store,
  slots: Uint32Array,
  withEmbedding: boolean,
  withContent: boolean,
): StoredPattern[] {
  return store
    .patternsAt(slots, withContent)
    .map((record, i) =>
      toStoredPattern(record, withEmbedding ? store.embeddingAt(slots[i] as number) : undefined),
    );
}

/** The ids of the patterns that match, oldest first. */
export function idsOf(store: Store, filter: Filter): string[] {
  return Array.from(store.matches(filter), (slot) => store.idOf(slot) as string);
}
