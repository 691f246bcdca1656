import { runtime } from '#runtime';
import { describe } from '../describe.js';
import { ConflictError, InvalidArgumentError } from '../errors.js';
import type { BackupReport, WorkOptions } from '../interface.js';
import type { StorageDriver, StorageLock } from '../storage/driver.js';
import { snapshotName } from '../storage/names.js';
import type { FrozenSnapshot } from './frozen.js';

/** A store as it is at one moment. */
export interface Copy {
  count: number;
  sequence: number;
  snapshot: FrozenSnapshot;
}

/**
 * Puts a store into an empty place, as its first generation: what `take` gives once the place is known
 * to be free. Durable when it resolves; when it rejects there is no store in that place.
 */
export async function backUp(
  take: () => Promise<Copy>,
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
    const { snapshot, count, sequence } = await take();
    try {
      await driver.create(snapshotName(1), watched(snapshot, signal, onProgress));
    } finally {
      snapshot.giveUp();
    }
    onProgress?.({ done: snapshot.bytes, total: snapshot.bytes });
    return { count, sequence, bytes: snapshot.bytes };
  } catch (cause) {
    // Whatever the driver made of it.
    signal?.throwIfAborted();
    throw cause;
  } finally {
    if (typeof destination === 'string') await driver.close();
    await lock?.release();
  }
}

/** Ends with `signal.reason` when that fires, so that the driver keeps nothing. */
async function* watched(
  snapshot: FrozenSnapshot,
  signal: AbortSignal | undefined,
  onProgress: WorkOptions['onProgress'],
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of snapshot) {
    signal?.throwIfAborted();
    yield chunk;
    onProgress?.({ done: snapshot.bytes });
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
