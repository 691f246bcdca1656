import { ConflictError, DamaskError, SnapshotError, type SnapshotErrorCode } from '../errors.js';
import type { StorageDriver } from './driver.js';
import { generationsOf, snapshotName } from './names.js';

/**
 * The snapshots of one store: `snapshot-<generation>.damask`, numbered from 1. Each commit makes the
 * next generation and keeps the one before it. Files of other names are left alone. Any number may
 * read while one writes; a second writer is found out, at the latest when it commits.
 */
export class StoredGenerations {
  readonly #driver: StorageDriver;
  #generation = 0;
  /** A snapshot of ours of which we do not know that no other writer is ahead of it. */
  #unverified: string | undefined;

  private constructor(driver: StorageDriver) {
    this.#driver = driver;
  }

  static async open(driver: StorageDriver): Promise<StoredGenerations> {
    const stored = new StoredGenerations(driver);
    stored.#generation = generationsOf(await driver.list())[0] ?? 0;
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
      const newest = generationsOf(await this.#driver.list())[0] ?? 0;
      if (newest <= this.#generation)
        throw new DamaskError('IO', `${name} was there and is gone, with none after it`);
      this.#generation = newest;
    }
    return undefined;
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
   * time: a second one would look like another writer.
   */
  async commit(chunks: readonly Uint8Array[]): Promise<number> {
    await this.#takeBack();
    const generation = this.#generation + 1;
    const name = snapshotName(generation);
    try {
      await this.#driver.create(name, chunks);
    } catch (cause) {
      throw cause instanceof ConflictError ? this.#conflict(generation, cause) : cause;
    }
    this.#unverified = name;
    const generations = await this.#verify(generation);
    this.#unverified = undefined;
    this.#generation = generation;
    await this.#removeOld(generations);
    return generation;
  }

  /** Closes the driver. */
  async close(): Promise<void> {
    await this.#driver.close();
  }

  /**
   * All generations, when ours is the newest. Another writer that is two or more ahead has removed
   * the snapshot of our number, so that its name alone was free again.
   */
  async #verify(ours: number): Promise<number[]> {
    let generations: number[];
    try {
      generations = generationsOf(await this.#driver.list());
    } catch (cause) {
      // What could not be checked is not kept; when even this fails, the next commit tries again.
      await this.#takeBack().catch(() => undefined);
      throw cause;
    }
    const newest = generations[0] ?? ours;
    if (newest <= ours) return generations;
    await this.#takeBack();
    throw this.#conflict(newest);
  }

  async #takeBack(): Promise<void> {
    if (this.#unverified === undefined) return;
    await this.#driver.remove(this.#unverified);
    this.#unverified = undefined;
  }

  /** Keeps the newest and the one before it. What cannot be removed now, the next commit removes. */
  async #removeOld(generations: readonly number[]): Promise<void> {
    const older = generations.filter((generation) => generation < this.#generation).slice(1);
    await Promise.allSettled(
      older.map((generation) => this.#driver.remove(snapshotName(generation))),
    );
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
