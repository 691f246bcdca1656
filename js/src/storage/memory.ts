import { LockedError } from '../errors.js';
import { collect, join } from './chunks.js';
import type { FileContent, LockHolder, StorageDriver, StorageLock } from './driver.js';
import { nameTaken } from './failure.js';
import { checkStoreFile } from './names.js';

/** Files in memory, for tests and for stores that live no longer than the process. Stores that are
 * given the same one see the same files, also one after the other: `close` keeps them. */
export class MemoryStorage implements StorageDriver {
  readonly name = 'memory';
  readonly #files = new Map<string, Uint8Array>();
  #holder: LockHolder | undefined;

  async list(): Promise<string[]> {
    return [...this.#files.keys()];
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    checkStoreFile(name);
    return this.#files.get(name)?.slice();
  }

  async create(name: string, content: FileContent): Promise<void> {
    checkStoreFile(name);
    const chunks = await collect(name, content);
    if (this.#files.has(name)) throw nameTaken(name, 'this memory');
    this.#files.set(name, join(name, chunks));
  }

  async remove(name: string): Promise<void> {
    checkStoreFile(name);
    this.#files.delete(name);
  }

  async lock(holder: LockHolder): Promise<StorageLock> {
    if (this.#holder !== undefined)
      throw new LockedError(
        `this memory has a writer (${this.#holder.runtime}): let it shut its store down first, or ` +
          'open with readOnly: true',
      );
    this.#holder = holder;
    return {
      release: async () => {
        if (this.#holder === holder) this.#holder = undefined;
      },
    };
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}
