import { InvalidArgumentError } from '../errors.js';
import type { ImportOptions, IPatternStore, TestPattern } from '../interface.js';

const DEFAULT_BATCH = 1000;
const MAX_BATCH = 100_000;

/** `importPatterns` by `storeBatch`. */
export async function importInBatches(
  store: Pick<IPatternStore, 'storeBatch'>,
  patterns: Iterable<TestPattern> | AsyncIterable<TestPattern>,
  { batchSize = DEFAULT_BATCH, signal, onProgress }: ImportOptions,
): Promise<number> {
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAX_BATCH)
    throw new InvalidArgumentError(
      `options.batchSize must be an integer in [1, ${MAX_BATCH}], not ${batchSize}`,
    );
  let batch: TestPattern[] = [];
  let done = 0;
  const storeBatch = async (): Promise<void> => {
    await store.storeBatch(batch, signal ? { signal } : {});
    done += batch.length;
    batch = [];
    onProgress?.({ done });
  };
  for await (const pattern of patterns) {
    signal?.throwIfAborted();
    batch.push(pattern);
    if (batch.length === batchSize) await storeBatch();
  }
  if (batch.length > 0) await storeBatch();
  return done;
}
