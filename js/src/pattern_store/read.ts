import type { StoredPattern } from '../interface.js';
import type { Store } from '../store.js';
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

/** The ids of all patterns, oldest first. */
export function idsOf(store: Store): string[] {
  const ids: string[] = [];
  for (let slot = store.nextSlot(0); slot !== undefined; slot = store.nextSlot(slot + 1))
    ids.push(store.idOf(slot) as string);
  return ids;
}
