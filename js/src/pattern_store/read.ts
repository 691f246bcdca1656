import type { StoredPattern } from '../interface.js';
import type { Store } from '../store.js';
import type { Pattern } from '../types.js';
import { toStoredPattern } from './convert.js';

/** The pattern in a live slot. */
export function readSlot(
  store: Store,
  slot: number,
  withEmbedding: boolean,
  withContent: boolean,
): StoredPattern {
  const pattern = toStoredPattern(
    store.patternAt(slot) as Pattern,
    withEmbedding ? store.embeddingAt(slot) : undefined,
  );
  if (!withContent) pattern.content = '';
  return pattern;
}

/** The ids of all patterns, oldest first. */
export function idsOf(store: Store): string[] {
  const ids: string[] = [];
  for (let slot = store.nextSlot(0); slot !== undefined; slot = store.nextSlot(slot + 1))
    ids.push(store.idOf(slot) as string);
  return ids;
}
