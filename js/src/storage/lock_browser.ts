import { LockedError } from '../errors.js';
import type { LockHolder, StorageLock } from './driver.js';

/** What is used of `navigator.locks`. */
export type WebLocks = Pick<LockManager, 'query' | 'request'>;

/**
 * Takes the lock of a store in this origin by Web Locks, which end with the page or worker that holds
 * them. A lock says nothing of its holder, so the holder keeps a second one whose name does.
 */
export async function lockInBrowser(
  locks: WebLocks,
  store: string,
  { runtime }: LockHolder,
): Promise<StorageLock> {
  const name = `damask:${store}`;
  const release = await hold(locks, name);
  if (release === undefined) {
    const { held = [] } = await locks.query();
    const holder = held.find((lock) => lock.name?.startsWith(`${name}:`))?.name;
    throw new LockedError(
      `the store ${store} has a writer in another page or worker, or in this one: ` +
        `${holder?.slice(name.length + 1) ?? 'it has not said which yet'}. ` +
        'Let it shut its store down first, or open with readOnly: true',
    );
  }
  const since = new Date().toISOString();
  const place = 'location' in globalThis ? ` at ${globalThis.location.pathname}` : '';
  const forget = await hold(locks, `${name}:${runtime}${place}, since ${since}`.slice(0, 512));
  return {
    release: async () => {
      await forget?.();
      await release();
    },
  };
}

/** How to give a lock back, or undefined when another has it. */
function hold(locks: WebLocks, name: string): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve, reject) => {
    const done = locks.request(name, { mode: 'exclusive', ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      return new Promise<void>((end) => {
        resolve(async () => {
          end();
          await done;
        });
      });
    });
    done.catch(reject);
  });
}
