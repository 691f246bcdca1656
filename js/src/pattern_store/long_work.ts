import { InvalidArgumentError } from '../errors.js';
import type { WorkOptions } from '../interface.js';
import type { Store } from '../store.js';
import type { Entry } from './convert.js';
import { inSlices } from './turns.js';

/** Throws InvalidArgumentError for the first entry that the store would refuse. */
export function checkAll(store: Store, entries: readonly Entry[]): void {
  entries.forEach(({ record, embedding }, i) => {
    try {
      store.check(record, embedding);
    } catch (cause) {
      if (!(cause instanceof InvalidArgumentError)) throw cause;
      throw new InvalidArgumentError(`patterns[${i}]: ${cause.message}`);
    }
  });
}

/** Stores all entries or none, in slices between which searches go on and see none of them. */
export async function storeAll(
  store: Store,
  entries: readonly Entry[],
  { signal, onProgress }: WorkOptions,
): Promise<void> {
  let done = 0;
  const stageNext = (): boolean => {
    const { record, embedding } = entries[done] as Entry;
    store.stage(record, embedding);
    return ++done < entries.length;
  };
  try {
    await inSlices(stageNext, signal, () => onProgress?.({ done, total: entries.length }));
  } catch (cause) {
    store.discardStaged();
    throw cause;
  }
  store.commitStaged();
}

/**
 * Builds the graph anew in slices, beside the one that searches and changes go on with. Clearing the
 * store meanwhile leaves nothing to build.
 */
export async function rebuild(store: Store, { signal, onProgress }: WorkOptions): Promise<void> {
  store.beginRebuild();
  let progress = store.rebuildProgress;
  // The last step finishes at once: what is stored after it would be left to be copied.
  const copyNext = (): boolean => {
    if (store.rebuildProgress === undefined) return false;
    const complete = store.stepRebuild(1);
    progress = store.rebuildProgress;
    if (complete) store.finishRebuild();
    return !complete;
  };
  try {
    await inSlices(copyNext, signal, () => progress && onProgress?.(progress));
  } catch (cause) {
    store.cancelRebuild();
    throw cause;
  }
}
