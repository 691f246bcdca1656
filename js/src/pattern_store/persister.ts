import { DamaskError } from '../errors.js';
import type { StoredGenerations } from '../storage/generations.js';

/**
 * Keeps a store's newest snapshot in its storage. Writers that ask at the same time share one write.
 * The first write that fails poisons it: what is stored is not what callers were told, so that every
 * later change is refused, while reading goes on.
 */
export class Persister {
  readonly #stored: StoredGenerations;
  readonly #save: () => Promise<Uint8Array[]>;
  #dirty = false;
  #failure: DamaskError | undefined;
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  /** `save` gives the snapshot of the store as it then is. */
  constructor(stored: StoredGenerations, save: () => Promise<Uint8Array[]>) {
    this.#stored = stored;
    this.#save = save;
  }

  get generation(): number {
    return this.#stored.generation;
  }

  /** Throws the error that ended writing, if one did: to be called before a change. */
  checkWritable(): void {
    if (this.#failure !== undefined)
      throw new DamaskError(
        this.#failure.code,
        `the store cannot be changed any more, because it could not be written: ${this.#failure.message}; ` +
          'shut it down and open it again',
        { cause: this.#failure },
      );
  }

  /** Remembers that the store differs from what is stored. */
  markDirty(): void {
    this.#dirty = true;
  }

  /** Resolves when every change until now is stored. */
  async flush(): Promise<void> {
    this.checkWritable();
    if (this.#waiting !== undefined) return this.#waiting;
    if (this.#running === undefined && !this.#dirty) return;
    this.#waiting = this.#write(this.#running);
    return this.#waiting;
  }

  /** Gives the storage back. */
  async close(): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.#stored.close();
  }

  async #write(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined);
    this.#running = this.#waiting;
    this.#waiting = undefined;
    try {
      this.checkWritable();
      if (!this.#dirty) return;
      // Before the snapshot is taken: what changes from here on is written again.
      this.#dirty = false;
      await this.#stored.commit(await this.#save());
    } catch (cause) {
      this.#failure ??=
        cause instanceof DamaskError
          ? cause
          : new DamaskError('IO', cause instanceof Error ? cause.message : String(cause), {
              cause,
            });
      throw this.#failure;
    } finally {
      this.#running = undefined;
    }
  }
}
