import { ConflictError } from '../errors.js';
import { join } from './chunks.js';
import type { StorageDriver } from './driver.js';
import { withoutSpace } from './journal_space.js';
import { isNewer, journalName, partsOf } from './names.js';

/** Of a frame, as docs/format.md has it: its header, and where that says what had been written before. */
const FRAME_HEADER_BYTES = 32;
const SYNCED_OFFSET = 16;
/** Who writes one change after another looks for other writers once for each. */
const LOOKED_MS = 50;

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
  /** Where in the journal the last part begins, when it is of this session. */
  #begin: number | undefined;
  /** When other writers were last looked for. */
  #looked = -Infinity;

  private constructor(
    driver: StorageDriver,
    generation: number,
    state: { part: number; size: number; begin: number | undefined },
  ) {
    this.#driver = driver;
    this.#generation = generation;
    this.#part = state.part;
    this.#size = state.size;
    this.#begin = state.begin;
  }

  /** Makes the journal of a generation that has none. Throws ConflictError when it has one. */
  static async create(
    driver: StorageDriver,
    generation: number,
    header: Uint8Array,
  ): Promise<StoredJournal> {
    await driver.create(journalName(generation, 1), [header]);
    return new StoredJournal(driver, generation, { part: 1, size: header.byteLength, begin: 0 });
  }

  /** The journal of a generation and its bytes, or undefined when it has none. */
  static async read(
    driver: StorageDriver,
    generation: number,
  ): Promise<{ journal: StoredJournal; bytes: Uint8Array } | undefined> {
    const part = partsOf(await driver.list(), generation).at(-1);
    if (part === undefined) return undefined;
    const bytes = await readParts(driver, generation, part);
    const state = { part, size: bytes.byteLength, begin: undefined };
    return { journal: new StoredJournal(driver, generation, state), bytes };
  }

  /** Bytes of all parts, without zeros behind them; every one of them is durable. */
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
   * was written is then taken back, unless that writer has seen it.
   */
  async append(bytes: Uint8Array): Promise<void> {
    await (this.#begin !== undefined && this.#driver.append !== undefined
      ? this.#addToPart(bytes, this.#size - this.#begin)
      : this.#addPart(bytes));
    this.#size += bytes.byteLength;
  }

  /** Makes durable what was read of the last part: its session may have died before it was. */
  async settle(): Promise<void> {
    if (this.#begin === undefined)
      await this.#driver.settle?.(journalName(this.#generation, this.#part));
  }

  /**
   * Throws ConflictError when another session has written to this journal since it was read: to a part
   * that is not of this session, or to a later one.
   */
  async checkUnchanged(): Promise<void> {
    const last = partsOf(await this.#driver.list(), this.#generation).at(-1) ?? 0;
    if (last !== this.#part) throw otherWriter(journalName(this.#generation, last));
    await this.#checkSizes();
  }

  /** Throws ConflictError when there is a later part, or anything of a later generation. */
  async checkLast(): Promise<void> {
    this.#looked = performance.now();
    const newer = (await this.#driver.list()).find((name) =>
      isNewer(name, this.#generation, this.#part),
    );
    if (newer !== undefined) throw otherWriter(newer);
  }

  /**
   * Looks before, so that a session that was shut out long ago adds nothing, and again as soon as others
   * can see the bytes: whoever comes later finds them.
   */
  async #addToPart(bytes: Uint8Array, at: number): Promise<void> {
    if (performance.now() - this.#looked > LOOKED_MS) await this.checkLast();
    const name = journalName(this.#generation, this.#part);
    let looking: Promise<void> | undefined;
    await this.#driver.append?.(name, bytes, at, () => {
      looking = this.checkLast();
      // It counts when the bytes are durable.
      looking.catch(() => undefined);
    });
    try {
      await looking;
    } catch (cause) {
      if (cause instanceof ConflictError && !(await this.#wasSeen()))
        await this.#driver.retract?.(name, at);
      throw cause;
    }
  }

  async #addPart(bytes: Uint8Array): Promise<void> {
    const name = journalName(this.#generation, this.#part + 1);
    await this.settle();
    await this.checkUnchanged();
    try {
      await this.#driver.create(name, [bytes]);
    } catch (cause) {
      throw cause instanceof ConflictError ? otherWriter(name) : cause;
    }
    try {
      await this.#checkSizes();
      this.#part += 1;
      await this.checkLast();
      this.#begin = this.#size;
    } catch (cause) {
      if (!(cause instanceof ConflictError)) throw cause;
      const last = partsOf(await this.#driver.list(), this.#generation).at(-1);
      if (last !== undefined && journalName(this.#generation, last) === name)
        await this.#driver.remove(name);
      throw cause;
    }
  }

  /** The parts before ours are what was read of them. */
  async #checkSizes(): Promise<void> {
    if (this.#begin !== undefined) return;
    const { byteLength } = await readParts(this.#driver, this.#generation, this.#part);
    if (byteLength !== this.#size) throw otherWriter(journalName(this.#generation, this.#part));
  }

  /** Whether the session of the next part has read what was just added: its first frame counts it. */
  async #wasSeen(): Promise<boolean> {
    const next = await this.#driver.read(journalName(this.#generation, this.#part + 1));
    if (next === undefined || next.byteLength < FRAME_HEADER_BYTES) return false;
    const view = new DataView(next.buffer, next.byteOffset, next.byteLength);
    return Number(view.getBigUint64(SYNCED_OFFSET, true)) > this.#size;
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
    parts.push(withoutSpace(bytes, part === 1));
  }
  return join(journalName(generation, last), parts);
}

function otherWriter(name: string): ConflictError {
  return new ConflictError(
    `another writer is at work on this store: ${name} has changed. Let one writer at a time have ` +
      'the store, and open it again to go on from what is there',
  );
}
