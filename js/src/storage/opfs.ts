/// <reference lib="dom.asynciterable" />
import { NotFoundError, UnsupportedError } from '../errors.js';
import { collect } from './chunks.js';
import type { FileContent, LockHolder, StorageDriver, StorageLock } from './driver.js';
import { failingAs, nameTaken } from './failure.js';
import { lockInBrowser, type WebLocks } from './lock_browser.js';
import { checkStoreFile, checkStoreName, isStoreFile } from './names.js';
import { appendSync, flushSync, hasSyncAccess, retractSync } from './opfs_sync.js';

/** All stores of an origin are in this directory of its private file system. */
const ROOT = 'damask';
/** A file that a writer is adding to is looked up again so often to be read. */
const ATTEMPTS = 100;

/** What is used of a page's or a worker's global scope. */
export interface OpfsScope {
  navigator?: {
    storage?: Pick<StorageManager, 'getDirectory'>;
    locks?: WebLocks;
  };
  FileSystemFileHandle?: { prototype: object };
}

/**
 * A store in the origin's private file system. Rejects with UnsupportedError where the browser has
 * none, lacks `createWritable` (which replaces a file in one step) or Web Locks; with `readOnly`, which
 * makes nothing, with NotFoundError when there is no such store.
 */
export async function openOpfs(
  name: string,
  scope: OpfsScope = globalThis,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<StorageDriver> {
  checkStoreName(name);
  const { storage, locks } = scope.navigator ?? {};
  if (storage?.getDirectory === undefined || locks === undefined)
    throw unsupported('it is there in secure contexts (https, localhost) of current browsers');
  if (!('createWritable' in (scope.FileSystemFileHandle?.prototype ?? {})))
    throw unsupported('this browser has no FileSystemFileHandle.createWritable');
  return failingAs(`open the store ${name} in OPFS`, async () => {
    const root = await storage.getDirectory().catch(refusedByBrowser);
    try {
      const stores = await root.getDirectoryHandle(ROOT, { create: !readOnly });
      const directory = await stores.getDirectoryHandle(name, { create: !readOnly });
      return hasSyncAccess(scope.FileSystemFileHandle?.prototype)
        ? new OpfsWorkerStorage(directory, locks)
        : new OpfsStorage(directory, locks);
    } catch (cause) {
      throw isMissing(cause) ? new NotFoundError(`there is no store ${name} in OPFS`) : cause;
    }
  });
}

/**
 * `createWritable` writes aside and replaces the file when it is closed, but the file must be there
 * before: so a file without bytes is one that nobody finished, and counts as none.
 */
class OpfsStorage implements StorageDriver {
  readonly name = 'opfs';
  protected readonly directory: FileSystemDirectoryHandle;
  readonly #locks: WebLocks;

  constructor(directory: FileSystemDirectoryHandle, locks: WebLocks) {
    this.directory = directory;
    this.#locks = locks;
  }

  async list(): Promise<string[]> {
    return failingAs(`list ${this.place}`, async () => {
      const names: string[] = [];
      for await (const name of this.directory.keys())
        if (isStoreFile(name) && (await this.#file(name)) !== undefined) names.push(name);
      return names;
    });
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    checkStoreFile(name);
    return failingAs(`read ${name} in ${this.place}`, async () => {
      for (let attempt = 1; ; ++attempt) {
        const file = await this.#file(name);
        try {
          return file && new Uint8Array(await file.arrayBuffer());
        } catch (cause) {
          // It was added to since it was looked up.
          if ((cause as DOMException).name !== 'NotReadableError' || attempt === ATTEMPTS)
            throw cause;
        }
      }
    });
  }

  async create(name: string, content: FileContent): Promise<void> {
    checkStoreFile(name);
    const chunks = await collect(name, content);
    await failingAs(`write ${name} in ${this.place}`, () =>
      this.#locks.request(`damask/${this.directory.name}`, async () => {
        if ((await this.#file(name)) !== undefined) throw nameTaken(name, this.place);
        await this.#write(name, chunks);
      }),
    );
  }

  async remove(name: string): Promise<void> {
    checkStoreFile(name);
    await failingAs(`remove ${name} in ${this.place}`, () => this.#remove(name));
  }

  async lock(holder: LockHolder): Promise<StorageLock> {
    return failingAs(`lock ${this.place}`, () =>
      lockInBrowser(this.#locks, this.directory.name, holder),
    );
  }

  async close(): Promise<void> {
    // Nothing is held open between calls.
  }

  protected get place(): string {
    return `the store ${this.directory.name} in OPFS`;
  }

  /** The finished file of that name. */
  async #file(name: string): Promise<File | undefined> {
    try {
      const file = await (await this.directory.getFileHandle(name)).getFile();
      return file.size > 0 ? file : undefined;
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw cause;
    }
  }

  async #write(name: string, chunks: readonly Uint8Array[]): Promise<void> {
    const handle = await this.directory.getFileHandle(name, { create: true });
    try {
      const writable = await handle.createWritable();
      try {
        for (const chunk of chunks) await writable.write(chunk.slice());
        await writable.close();
      } catch (cause) {
        // Already closed when it was `close` that failed.
        await writable.abort().catch(() => undefined);
        throw cause;
      }
    } catch (cause) {
      await this.#remove(name).catch(() => undefined);
      throw cause;
    }
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.directory.removeEntry(name);
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
    }
  }
}

/** In a dedicated worker, where files can be added to. */
class OpfsWorkerStorage extends OpfsStorage {
  async append(name: string, bytes: Uint8Array, at: number, onVisible: () => void): Promise<void> {
    checkStoreFile(name);
    await failingAs(`append to ${name} in ${this.place}`, async () =>
      appendSync(await this.directory.getFileHandle(name), bytes, at),
    );
    onVisible();
  }

  async retract(name: string, size: number): Promise<void> {
    checkStoreFile(name);
    await failingAs(`take back what was appended to ${name} in ${this.place}`, async () =>
      retractSync(await this.directory.getFileHandle(name), size),
    );
  }

  async settle(name: string): Promise<void> {
    checkStoreFile(name);
    await failingAs(`flush ${name} in ${this.place}`, async () =>
      flushSync(await this.directory.getFileHandle(name)),
    );
  }
}

function unsupported(why: string, options?: ErrorOptions): UnsupportedError {
  return new UnsupportedError(`OPFS cannot be used: ${why}`, options);
}

/** Some browsers refuse in private windows. */
function refusedByBrowser(cause: unknown): never {
  if ((cause as DOMException).name === 'SecurityError')
    throw unsupported('the browser refuses it here, as in some private windows', { cause });
  throw cause;
}

function isMissing(cause: unknown): boolean {
  return (cause as DOMException).name === 'NotFoundError';
}
