import { collect, join } from './chunks.js';
import type { FileContent, StorageDriver } from './driver.js';
import { failingAs, nameTaken } from './failure.js';
import { checkStoreFile, isStoreFile } from './names.js';

/**
 * What is asked of an object store. docs/storage.md has these functions for R2 and KV.
 */
export interface ObjectBucket {
  /** The whole object, or nothing when there is none. */
  get(key: string): Promise<Uint8Array | ArrayBuffer | null | undefined>;
  /** Stores an object, all of it or nothing, in place of one of the same key. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<unknown>;
  /**
   * The same when there is no object of that key, decided by the object store itself; else stores
   * nothing and gives false. Without it two writers that write at the same moment may not notice each
   * other, and the later one's object stays.
   */
  putIfAbsent?(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** All keys that begin with the prefix, from every page of the listing. */
  list(prefix: string): Promise<string[]>;
  /** Removes an object; nothing when there is none. */
  delete(key: string): Promise<unknown>;
}

export interface ObjectStoreOptions {
  bucket: ObjectBucket;
  /** What the keys of this store begin with, for instance 'patterns/'. '' when absent. */
  prefix?: string;
}

/** Any object store, by four or five functions. What it promises is as good as theirs. */
export function openObjectStore({ bucket, prefix = '' }: ObjectStoreOptions): StorageDriver {
  return new ObjectStorage(bucket, prefix);
}

class ObjectStorage implements StorageDriver {
  readonly name = 'object';
  readonly #bucket: ObjectBucket;
  readonly #prefix: string;

  constructor(bucket: ObjectBucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async list(): Promise<string[]> {
    const keys = await failingAs(`list the objects ${this.#prefix}*`, () =>
      this.#bucket.list(this.#prefix),
    );
    return keys
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length))
      .filter(isStoreFile);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const key = this.#keyOf(name);
    const bytes = await failingAs(`read the object ${key}`, () => this.#bucket.get(key));
    if (bytes === null || bytes === undefined) return undefined;
    return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  }

  async create(name: string, content: FileContent): Promise<void> {
    const key = this.#keyOf(name);
    const chunks = await collect(name, content);
    const written = await failingAs(`write the object ${key}`, () =>
      this.#put(name, key, join(name, chunks)),
    );
    if (!written) throw nameTaken(key, 'the object store');
  }

  async remove(name: string): Promise<void> {
    const key = this.#keyOf(name);
    await failingAs(`remove the object ${key}`, () => this.#bucket.delete(key));
  }

  async close(): Promise<void> {
    // The bucket is the caller's.
  }

  async #put(name: string, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    if (this.#bucket.putIfAbsent !== undefined) return this.#bucket.putIfAbsent(key, bytes);
    if ((await this.list()).includes(name)) return false;
    await this.#bucket.put(key, bytes);
    return true;
  }

  #keyOf(name: string): string {
    checkStoreFile(name);
    return this.#prefix + name;
  }
}
