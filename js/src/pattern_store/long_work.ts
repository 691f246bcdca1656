import type { WorkOptions } from '../interface.js';
import type { Store } from '../store.js';
import type { Entry } from './convert.js';
import { inSlices } from './turns.js';

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

/** Builds the graph anew in slices, beside the one that searches and changes go on with. */
export async function rebuild(store: Store, { signal, onProgress }: WorkOptions): Promise<void> {
  let done = 0;
  const copyNext = (): boolean => {
    const finished = store.stepRebuild(1);
    if (!finished) ++done;
    return !finished;
  };
  store.beginRebuild();
  try {
    await inSlices(copyNext, signal, () =>
      onProgress?.({ done, total: Math.max(done, store.size) }),
    );
  } catch (cause) {
    store.cancelRebuild();
    throw cause;
  }
  store.finishRebuild();
}
