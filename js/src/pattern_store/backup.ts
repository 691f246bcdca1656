import { runtime } from '#runtime';
import { describe } from '../describe.js';
import { ConflictError, InvalidArgumentError } from '../errors.js';
import type { BackupReport, WorkOptions } from '../interface.js';
import type { StorageDriver, StorageLock } from '../storage/driver.js';
import { snapshotName } from '../storage/names.js';

/** A store as it is at one moment. */
export interface Copy {
  count: number;
  sequence: number;
  chunks: Uint8Array[];
}

/**
 * Puts a store into an empty place, as its first generation: what `take` gives once the place is known
 * to be free. Durable when it resolves; when it rejects there is no store in that place.
 */
export async function backUp(
  take: () => Copy | Promise<Copy>,
  destination: string | StorageDriver,
  { signal, onProgress }: WorkOptions,
): Promise<BackupReport> {
  const driver = await open(destination);
  let lock: StorageLock | undefined;
  try {
    lock = await driver.lock?.({
      runtime: `${`${runtime.name} ${runtime.version}`.trim()} (backup)`,
    });
    if ((await driver.list()).length > 0)
      throw new ConflictError(
        `there is a store in ${typeof destination === 'string' ? destination : `the ${driver.name} storage`} ` +
          'already: back up into an empty place',
      );
    signal?.throwIfAborted();
    const { chunks, count, sequence } = await take();
    signal?.throwIfAborted();
    const bytes = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
    await driver.create(snapshotName(1), chunks);
    onProgress?.({ done: bytes, total: bytes });
    return { count, sequence, bytes };
  } finally {
    if (typeof destination === 'string') await driver.close();
    await lock?.release();
  }
}

async function open(destination: string | StorageDriver): Promise<StorageDriver> {
  if (typeof destination === 'string' && destination !== '')
    return runtime.openStorage(destination);
  if (typeof destination !== 'object' || (destination as unknown) === null)
    throw new InvalidArgumentError(
      `destination must be a path or a storage driver, not ${describe(destination)}`,
    );
  return destination;
}
