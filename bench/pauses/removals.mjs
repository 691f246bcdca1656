// What is removed from a store before it is healed.
import { pick } from '../churn/chance.mjs';

/** The most that one search finds. */
const MOST_FOUND = 1000;

function liveSlot(store, next) {
  const { slots } = store.stats();
  return store.nextSlot(pick(next, slots)) ?? store.nextSlot(0);
}

/** Each removes `count` live patterns; `next` is chance. */
export const REMOVALS = {
  random(store, count, next) {
    for (let n = 0; n < count; ++n) store.remove(store.idOf(liveSlot(store, next)));
  },
  /** The nearest to some pattern, then to another. */
  region(store, count, next) {
    for (let left = count; left > 0;) {
      const centre = store.embeddingAt(liveSlot(store, next));
      const k = Math.min(left, MOST_FOUND);
      const { slots } = store.searchSlots(centre, { k, exact: true });
      for (const slot of slots) store.remove(store.idOf(slot));
      left -= slots.length;
    }
  },
};
