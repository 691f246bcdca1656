import {
  ConflictError,
  DamaskError,
  JournalError,
  SnapshotError,
  type SnapshotErrorCode,
} from '../errors.js';
import type { FileContent, StorageDriver } from './driver.js';
import { generationOf, generationsOf, journalName, journalsOf, snapshotName } from './names.js';
import { StoredJournal } from './stored_journal.js';

/** A journal as it was read. */
export interface ReadJournal {
  journal: StoredJournal;
  bytes: Uint8Array;
}

/**
 * The snapshots of one store: `snapshot-<generation>.damask`, numbered from 1. Each commit makes the
 * next generation and keeps the one before it. Files of other names are left alone. Any number may
 * read while one writes; a second writer is found out, at the latest when it commits.
 */
export class StoredGenerations {
  readonly #driver: StorageDriver;
  #generation = 0;
  /** The highest number of a snapshot or journal. */
  #highest = 0;
  /** What a snapshot must hold: the journals that were read, or made since. */
  #journals: StoredJournal[] = [];
  /** A snapshot of ours of which we do not know that no other writer is ahead of it. */
  #unverified: string | undefined;

  private constructor(driver: StorageDriver) {
    this.#driver = driver;
  }

  static async open(driver: StorageDriver): Promise<StoredGenerations> {
    const stored = new StoredGenerations(driver);
    stored.#note(await driver.list());
    // The first snapshot and its journal may both have come while they were being listed.
    if (stored.#isHeadless) stored.#note(await driver.list());
    if (stored.#isHeadless)
      throw new JournalError(
        'JOURNAL_MISMATCH',
        `there are journals (${driver.name}), but no snapshot that they continue: ` +
          'put it back, or move the journals away to begin with an empty store',
      );
    return stored;
  }

  /** The generation that was last read or committed; 0 when nothing is stored. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * The newest snapshot's bytes, or undefined when nothing is stored. Moves `generation` on when a
   * writer has replaced the snapshot since.
   */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#generation > 0) {
      const name = snapshotName(this.#generation);
      const bytes = await this.#driver.read(name);
      if (bytes !== undefined) return bytes;
      const before = this.#generation;
      this.#note(await this.#driver.list());
      if (this.#generation <= before)
        throw new DamaskError('IO', `${name} was there and is gone, with none after it`);
    }
    return undefined;
  }

  /** Whether a later snapshot than the one that was read is there by now: `read` then gives that one. */
  async moveOn(): Promise<boolean> {
    const names = await this.#driver.list();
    const isOutdated = (generationsOf(names)[0] ?? 0) > this.#generation;
    if (isOutdated) this.#note(names);
    return isOutdated;
  }

  /**
   * The journals to replay on the snapshot that was read, in order: its own, and those of generations
   * whose snapshot was never finished.
   */
  async readJournals(): Promise<ReadJournal[]> {
    const journals: ReadJournal[] = [];
    for (const generation of journalsOf(await this.#driver.list())) {
      if (generation < this.#generation) continue;
      const read = await StoredJournal.read(this.#driver, generation);
      if (read !== undefined) journals.push(read);
    }
    this.#journals = journals.map(({ journal }) => journal);
    return journals;
  }

  /** Makes the journal of the generation that was committed last, or of the one that is next. */
  async createJournal(which: 'current' | 'next', header: Uint8Array): Promise<StoredJournal> {
    const generation = which === 'current' ? this.#generation : this.#highest + 1;
    // What the new one follows must not be lost when it is not.
    for (const before of this.#journals) await before.settle();
    const journal = await StoredJournal.create(this.#driver, generation, header);
    try {
      // Whoever adds to these from here on sees the new one, and is told.
      for (const before of this.#journals) await before.checkUnchanged();
      await journal.checkLast();
    } catch (cause) {
      await this.#driver.remove(journalName(generation, 1));
      throw cause;
    }
    this.#highest = generation;
    this.#journals.push(journal);
    return journal;
  }

  /** What to tell a person when an engine refuses the snapshot that `read` gave. */
  async explain(refusal: SnapshotError): Promise<SnapshotError> {
    const name = snapshotName(this.#generation);
    const generations = generationsOf(await this.#driver.list());
    const previous = generations.find((generation) => generation < this.#generation);
    const kept =
      previous === undefined
        ? 'There is no generation before it.'
        : `The generation before it is kept as ${snapshotName(previous)}: ` +
          `to go back to that one, move ${name} away.`;
    return new SnapshotError(
      refusal.code as SnapshotErrorCode,
      `${name} (${this.#driver.name}) cannot be opened: ${refusal.message}. ${kept}`,
      { cause: refusal },
    );
  }

  /**
   * Stores a snapshot as the next generation, and returns its number. Rejects with ConflictError, and
   * keeps nothing, when another writer has stored one since `generation` was read. One commit at a
   * time: a second one would look like another writer. `generation` names the one whose journal
   * is there already.
   */
  async commit(content: FileContent, generation: number = this.#highest + 1): Promise<number> {
    await this.#takeBack();
    const name = snapshotName(generation);
    try {
      await this.#driver.create(name, content);
    } catch (cause) {
      throw cause instanceof ConflictError ? this.#conflict(generation, cause) : cause;
    }
    this.#unverified = name;
    const names = await this.#verify(generation);
    this.#unverified = undefined;
    // Whoever adds to older ones from here on sees our snapshot, and is told.
    this.#journals = this.#journals.filter((journal) => journal.generation >= generation);
    this.#generation = generation;
    this.#highest = Math.max(this.#highest, generation);
    await this.#removeOld(names);
    return generation;
  }

  /** Closes the driver. */
  async close(): Promise<void> {
    await this.#driver.close();
  }

  /**
   * All files, when ours is the newest snapshot and it holds all that was written before it. Another
   * writer that is two or more ahead has removed the snapshot of our number, so that its name alone was
   * free again; one that is behind may have added to a journal since that was read.
   */
  async #verify(ours: number): Promise<string[]> {
    try {
      const names = await this.#driver.list();
      const newest = generationsOf(names)[0] ?? ours;
      if (newest > ours) throw this.#conflict(newest);
      for (const journal of this.#journals) await journal.checkUnchanged();
      return names;
    } catch (cause) {
      // What could not be checked is not kept; when even this fails, the next commit tries again.
      await this.#takeBack().catch(() => undefined);
      throw cause;
    }
  }

  async #takeBack(): Promise<void> {
    if (this.#unverified === undefined) return;
    await this.#driver.remove(this.#unverified);
    this.#unverified = undefined;
  }

  /**
   * Keeps the newest snapshot, the one before it, and the journals from there on. What cannot be
   * removed now, the next commit removes.
   */
  async #removeOld(names: readonly string[]): Promise<void> {
    const kept = generationsOf(names).find((it) => it < this.#generation) ?? this.#generation;
    const old = names
      .filter((name) => generationOf(name) > 0 && generationOf(name) < kept)
      .sort()
      .reverse();
    await Promise.allSettled(old.map((name) => this.#driver.remove(name)));
  }

  /** Whether there are journals alone, which no writer leaves. */
  get #isHeadless(): boolean {
    return this.#generation === 0 && this.#highest > 0;
  }

  #note(names: readonly string[]): void {
    this.#generation = generationsOf(names)[0] ?? 0;
    this.#highest = Math.max(this.#generation, ...names.map(generationOf));
  }

  #conflict(found: number, cause?: ConflictError): ConflictError {
    return new ConflictError(
      `another writer is at work on this store: ${snapshotName(found)} was stored since this one ` +
        `read generation ${this.#generation}. Nothing of this write was kept. Let one writer at a ` +
        'time have the store, and open it again to go on from what is there',
      cause && { cause },
    );
  }
}
