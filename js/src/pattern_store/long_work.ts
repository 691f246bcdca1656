import { InvalidArgumentError } from '../errors.js';
import { soon } from '../health/clock.js';
import { atOnce, inSlices, paceOf, rest, StepSize, type Pace } from '../health/pace.js';
import type { Progress, WorkOptions } from '../interface.js';
import type { Store } from '../store.js';
import type { RebuildKind } from '../types.js';
import type { Entry } from './convert.js';

/** How long storing a batch may keep the event loop from others at once, in milliseconds. */
const BATCH_SLICE_MS = 8;
/** Patterns that a step of a rebuild may take: linking one takes many times as long as copying it. */
const MOST_PATTERNS = 2;

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
    await inSlices(stageNext, paceOf(BATCH_SLICE_MS, soon, signal), () =>
      onProgress?.({ done, total: entries.length }),
    );
  } catch (cause) {
    store.discardStaged();
    throw cause;
  }
  store.commitStaged();
}

/**
 * Builds the graph anew in slices, beside the one that searches and changes go on with. Clearing the
 * store meanwhile leaves nothing to build. Returns the most bytes that it held beside the index in use.
 */
export async function rebuild(
  store: Store,
  kind: RebuildKind,
  pace: Pace,
  onProgress?: (progress: Progress) => void,
): Promise<number> {
  const before = bytesOf(store);
  let peakBytes = 0;
  atOnce(pace, () => {
    store.beginRebuild(kind);
  });
  let progress = store.rebuildProgress;
  while (progress?.prepared === false) {
    await rest(pace);
    if (pace.signal?.aborted) break;
    progress = store.rebuildProgress;
  }
  const size = new StepSize(1, MOST_PATTERNS, pace.sliceMs);
  // The last step finishes at once: what is stored after it would be left to be copied.
  const copyNext = (): boolean => {
    if (store.rebuildProgress === undefined) return false;
    const complete = size.run((patterns) => store.stepRebuild(patterns));
    progress = store.rebuildProgress;
    if (!complete) return true;
    peakBytes = Math.max(peakBytes, bytesOf(store) - before);
    store.finishRebuild();
    return false;
  };
  try {
    await inSlices(copyNext, pace, () => {
      peakBytes = Math.max(peakBytes, bytesOf(store) - before);
      if (progress) onProgress?.(progress);
    });
    return peakBytes;
  } catch (cause) {
    store.cancelRebuild();
    throw cause;
  }
}

/** What the structures of a store hold, those of a rebuild included. */
export function bytesOf(store: Store): number {
  const { graphBytes, codeBytes, recordBytes } = store.stats();
  return graphBytes + codeBytes + recordBytes;
}
