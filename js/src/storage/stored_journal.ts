import { ConflictError } from '../errors.js';
import { join } from './chunks.js';
import type { StorageDriver } from './driver.js';
import { isNewer, journalName, partsOf } from './names.js';

/**
 * The journal of one generation: `journal-<generation>-<part>.damask`, whose parts are one after the
 * other the bytes of the journal. A writer never adds to a part that another session made: it makes
 * the next one, and by that shuts the session before it out. After every write it looks whether it was
 * shut out itself, and then acknowledges nothing.
 */
export class StoredJournal {
  readonly #driver: StorageDriver;
  readonly #generation: number;
  #part: number;
  #size: number;
  /** Whether the last part is of this session. */
  #own: boolean;

  private constructor(
    driver: StorageDriver,
    generation: number,
    state: { part: number; size: number; own: boolean },
  ) {
    this.#driver = driver;
    this.#generation = generation;
    this.#part = state.part;
    this.#size = state.size;
    this.#own = state.own;
  }

  /** Makes the journal of a generation that has none. Throws ConflictError when it has one. */
  static async create(
    driver: StorageDriver,
    generation: number,
    header: Uint8Array,
  ): Promise<StoredJournal> {
    await driver.create(journalName(generation, 1), [header]);
    return new StoredJournal(driver, generation, { part: 1, size: header.byteLength, own: true });
  }

  /** The journal of a generation and its bytes, or undefined when it has none. */
  static async read(
    driver: StorageDriver,
    generation: number,
  ): Promise<{ journal: StoredJournal; bytes: Uint8Array } | undefined> {
    const part = partsOf(await driver.list(), generation).at(-1);
    if (part === undefined) return undefined;
    const bytes = await readParts(driver, generation, part);
    const state = { part, size: bytes.byteLength, own: false };
    return { journal: new StoredJournal(driver, generation, state), bytes };
  }

  /** Bytes of all parts; every one of them is durable. */
  get size(): number {
    return this.#size;
  }

  get generation(): number {
    return this.#generation;
  }

  get parts(): number {
    return this.#part;
  }

  /**
   * Resolves when the bytes are durable. Rejects with ConflictError when another writer has come: what
   * was written may then be seen by it or not.
   */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#own && this.#driver.append !== undefined) {
      await this.#driver.append(journalName(this.#generation, this.#part), bytes);
    } else {
      // The session before may have died between a write and its sync, and ours follows that write.
      if (!this.#own) await this.#driver.settle?.(journalName(this.#generation, this.#part));
      await this.checkUnchanged();
      await this.#createPart(journalName(this.#generation, this.#part + 1), bytes);
      await this.checkUnchanged();
      this.#part += 1;
      this.#own = true;
    }
    const newer = (await this.#driver.list()).find((name) =>
      isNewer(name, this.#generation, this.#part),
    );
    if (newer !== undefined) throw otherWriter(newer);
    this.#size += bytes.byteLength;
  }

  async #createPart(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#driver.create(name, [bytes]);
    } catch (cause) {
      throw cause instanceof ConflictError ? otherWriter(name) : cause;
    }
  }

  /**
   * Throws ConflictError when another session has added to what was read of it. Once a part is of this
   * session, the others are shut out.
   */
  async checkUnchanged(): Promise<void> {
    if (this.#own) return;
    const { byteLength } = await readParts(this.#driver, this.#generation, this.#part);
    if (byteLength !== this.#size) throw otherWriter(journalName(this.#generation, this.#part));
  }
}

async function readParts(
  driver: StorageDriver,
  generation: number,
  last: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let part = 1; part <= last; ++part) {
    const bytes = await driver.read(journalName(generation, part));
    if (bytes === undefined) throw otherWriter(journalName(generation, part));
    parts.push(bytes);
  }
  return join(journalName(generation, last), parts);
}

function otherWriter(name: string): ConflictError {
  return new ConflictError(
    `another writer is at work on this store: ${name} has changed. Let one writer at a time have ` +
      'the store, and open it again to go on from what is there',
  );
}
