import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { UnsupportedError } from '../errors.js';
import { allocate, collect } from './chunks.js';
import type { FileContent, StorageDriver } from './driver.js';
import { failingAs, nameTaken } from './failure.js';
import { lockInBrowser, type WebLocks } from './lock_browser.js';
import { checkStoreFile, checkStoreName, isStoreFile } from './names.js';

const DATABASE = 'damask';
const VERSION = 1;
/** A record holds this much, so that neither a commit nor a read needs a file twice in memory. */
const PIECE_BYTES = 1 << 20;

/** Keys begin with the store's name; pieces are numbered from 0. */
interface Schema extends DBSchema {
  files: { key: [store: string, file: string]; value: { bytes: number; pieces: number } };
  pieces: { key: [store: string, file: string, piece: number]; value: Uint8Array<ArrayBuffer> };
}

/**
 * A store in the origin's IndexedDB database `damask`, which is made when it is missing. Rejects with
 * UnsupportedError where there is no IndexedDB. Locked where there are Web Locks.
 */
export async function openIndexedDb(
  name: string,
  scope: { navigator?: { locks?: WebLocks } } = globalThis,
): Promise<StorageDriver> {
  checkStoreName(name);
  if (!('indexedDB' in globalThis))
    throw new UnsupportedError('IndexedDB cannot be used: this runtime has none');
  return failingAs(`open the IndexedDB database ${DATABASE}`, async () => {
    const database = await openDB<Schema>(DATABASE, VERSION, {
      upgrade(created) {
        created.createObjectStore('files');
        created.createObjectStore('pieces');
      },
      // Whoever wants to delete or upgrade the database is not kept waiting.
      blocking: (_current, _wanted, event) => {
        (event.target as IDBDatabase).close();
      },
    });
    return new IndexedDbStorage(database, name, scope.navigator?.locks);
  });
}

class IndexedDbStorage implements StorageDriver {
  readonly name = 'indexeddb';
  readonly #database: IDBPDatabase<Schema>;
  readonly #store: string;
  readonly lock?: NonNullable<StorageDriver['lock']>;

  constructor(database: IDBPDatabase<Schema>, store: string, locks: WebLocks | undefined) {
    this.#database = database;
    this.#store = store;
    if (locks !== undefined)
      this.lock = (holder) =>
        failingAs(`lock ${this.#place}`, () => lockInBrowser(locks, store, holder));
  }

  async list(): Promise<string[]> {
    // An array sorts after every string, so that this spans the store's keys of two parts.
    const all = IDBKeyRange.bound([this.#store], [this.#store, []]);
    const keys = await failingAs(`list ${this.#place}`, () =>
      this.#database.getAllKeys('files', all),
    );
    return keys.map(([, file]) => file).filter(isStoreFile);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    checkStoreFile(name);
    return failingAs(`read ${name} in ${this.#place}`, async () => {
      const transaction = this.#database.transaction(['files', 'pieces'], 'readonly');
      const file = await transaction.objectStore('files').get([this.#store, name]);
      if (file === undefined) return undefined;
      const whole = allocate(name, file.bytes);
      for (let piece = 0, offset = 0; piece < file.pieces; ++piece) {
        const bytes = await transaction.objectStore('pieces').get([this.#store, name, piece]);
        if (bytes === undefined || offset + bytes.byteLength > file.bytes)
          throw new Error(`its piece ${piece} of ${file.pieces} is missing or too long`);
        whole.set(bytes, offset);
        offset += bytes.byteLength;
      }
      return whole;
    });
  }

  async create(name: string, content: FileContent): Promise<void> {
    checkStoreFile(name);
    const chunks = await collect(name, content);
    await failingAs(`write ${name} in ${this.#place}`, async () => {
      const transaction = this.#database.transaction(['files', 'pieces'], 'readwrite', {
        durability: 'strict',
      });
      // What fails first says why; that the transaction is aborted then is no news.
      transaction.done.catch(() => undefined);
      try {
        const key: [string, string] = [this.#store, name];
        let bytes = 0;
        let pieces = 0;
        await transaction.objectStore('files').add({ bytes, pieces }, key);
        for (const piece of piecesOf(chunks)) {
          await transaction.objectStore('pieces').add(piece, [...key, pieces]);
          bytes += piece.byteLength;
          pieces += 1;
        }
        await transaction.objectStore('files').put({ bytes, pieces }, key);
        await transaction.done;
      } catch (cause) {
        abort(transaction);
        if ((cause as DOMException).name === 'ConstraintError')
          throw nameTaken(name, this.#place, { cause });
        throw cause;
      }
    });
  }

  async remove(name: string): Promise<void> {
    checkStoreFile(name);
    await failingAs(`remove ${name} in ${this.#place}`, async () => {
      const transaction = this.#database.transaction(['files', 'pieces'], 'readwrite');
      const pieces = IDBKeyRange.bound([this.#store, name], [this.#store, name, []]);
      await Promise.all([
        transaction.objectStore('files').delete([this.#store, name]),
        transaction.objectStore('pieces').delete(pieces),
        transaction.done,
      ]);
    });
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  get #place(): string {
    return `the store ${this.#store} in IndexedDB`;
  }
}

/** What is added before a failure that is not the database's own must not be committed. */
function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // The database has aborted it already.
  }
}

/** Copies, as storing a part of a buffer would store all of it. */
function* piecesOf(chunks: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>> {
  for (const chunk of chunks)
    for (let offset = 0; offset < chunk.byteLength; offset += PIECE_BYTES)
      yield chunk.slice(offset, offset + PIECE_BYTES);
}
