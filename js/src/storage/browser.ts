import { UnsupportedError } from '../errors.js';
import type { StorageDriver } from './driver.js';
import { openIndexedDb } from './indexeddb.js';
import { openOpfs, type OpfsScope } from './opfs.js';

/**
 * A store in OPFS where it can be had, else in IndexedDB. One that IndexedDB holds stays there, so
 * that a browser which learns OPFS does not hide it; and when IndexedDB is there but cannot be asked,
 * this rejects, as a store might be in it. With `readOnly` no store is begun.
 */
export async function openBrowserStorage(
  name: string,
  scope: OpfsScope = globalThis,
  options: { readOnly?: boolean } = {},
): Promise<StorageDriver> {
  if (!('indexedDB' in globalThis)) return openOpfs(name, scope, options);
  const indexedDb = await openIndexedDb(name, scope);
  try {
    if ((await indexedDb.list()).length > 0) return indexedDb;
    const opfs = await openOpfs(name, scope, options);
    await indexedDb.close();
    return opfs;
  } catch (cause) {
    if (cause instanceof UnsupportedError) return indexedDb;
    await indexedDb.close();
    throw cause;
  }
}
