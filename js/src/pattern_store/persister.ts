import { DamaskError, errorFor } from '../errors.js';
import type { RecoveredChanges } from '../interface.js';
import type { StoredGenerations } from '../storage/generations.js';
import type { StoredJournal } from '../storage/stored_journal.js';
import type { Store } from '../store.js';
import { Turns } from './turns.js';

/** A journal is replayed at some thousand patterns a second: it ends where that takes a second or so, */
const JOURNAL_BYTES = 4 << 20;
/** or, for a large store, where writing a snapshot instead would cost more than its changes did, */
const JOURNAL_SHARE = 1 / 4;
/** and where storage makes a file of each write, before listing them takes long. */
const JOURNAL_PARTS = 256;
/** At the end of a session a journal beyond this becomes a snapshot, so that opening is quick. */
const LEFT_BYTES = 1 << 20;

/** What there was to read when the store was opened. */
export interface Recovered {
  /** The journal that goes on, or none: the next write begins with a snapshot. */
  journal: StoredJournal | undefined;
  /** Whether the store collects its changes already, after journals that it replayed whole. */
  recording: boolean;
  snapshotBytes: number;
  changes: RecoveredChanges;
}

/**
 * Keeps a store's changes in its storage: each write adds a frame to a journal, and when that has grown
 * long, a snapshot and a new journal follow. Writers that ask at the same time share one write. The
 * first write that fails poisons it: what is stored is not what callers were told, so that every later
 * change is refused, while reading goes on.
 */
export class Persister {
  readonly #store: Store;
  readonly #turns: Turns;
  readonly #stored: StoredGenerations;
  #journal: StoredJournal | undefined;
  #recording: boolean;
  #snapshotBytes: number;
  #dirty = false;
  #failure: DamaskError | undefined;
  /** One write after another. */
  readonly #writes = new Turns();
  /** The write that has not begun. */
  #waiting: Promise<void> | undefined;
  /** A snapshot that is being written beside the journal that follows it. */
  #snapshot: Promise<void> | undefined;

  constructor(store: Store, turns: Turns, stored: StoredGenerations, recovered: Recovered) {
    this.#store = store;
    this.#turns = turns;
    this.#stored = stored;
    this.#journal = recovered.journal;
    this.#recording = recovered.recording;
    this.#snapshotBytes = recovered.snapshotBytes;
  }

  get generation(): number {
    return this.#stored.generation;
  }

  /** Throws the error that ended writing, if one did: to be called before a change. */
  checkWritable(): void {
    if (this.#failure === undefined) return;
    const error = errorFor(
      this.#failure.code,
      `the store cannot be changed any more, because it could not be written: ${this.#failure.message}; ` +
        'shut it down and open it again',
    );
    error.cause = this.#failure;
    throw error;
  }

  /** Remembers that the store differs from what is stored. */
  markDirty(): void {
    this.#dirty = true;
  }

  /** Resolves when every change until now is stored. Those who ask before it begins share a write. */
  async flush(): Promise<void> {
    this.checkWritable();
    if (!this.#dirty && this.#writes.isFree) return;
    this.#waiting ??= this.#write(async () => {
      this.#waiting = undefined;
      if (this.#dirty) await this.#writeChanges();
    });
    return this.#waiting;
  }

  /** Resolves when a snapshot of the store as it is now is stored. */
  async compact(): Promise<void> {
    this.checkWritable();
    await this.#write(async () => {
      await this.#snapshot;
      await this.#beginGeneration();
    });
  }

  /** Writes what is left and gives the storage back. */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.#snapshot;
      if ((this.#journal?.size ?? 0) > LEFT_BYTES) await this.compact();
      this.checkWritable();
    } finally {
      await this.#writes.take(() => undefined);
      await this.#stored.close();
    }
  }

  async #write(work: () => Promise<void>): Promise<void> {
    await this.#writes.take(async () => {
      // Others who are changing the store in this tick may come along.
      await Promise.resolve();
      try {
        this.checkWritable();
        await work();
      } catch (cause) {
        throw this.#fail(cause);
      }
    });
  }

  #fail(cause: unknown): DamaskError {
    this.#failure ??=
      cause instanceof DamaskError
        ? cause
        : new DamaskError('IO', cause instanceof Error ? cause.message : String(cause), { cause });
    return this.#failure;
  }

  async #writeChanges(): Promise<void> {
    // Before they are taken: what changes from here on is written again.
    this.#dirty = false;
    const journal = this.#journal;
    if (journal === undefined) return this.#beginGeneration();
    const frame = this.#store.takeJournal(journal.size);
    if (frame.byteLength > 0) await journal.append(frame);
    if (this.#snapshot === undefined && this.#isLong(journal)) await this.#switchJournal(journal);
  }

  #isLong({ size, parts }: StoredJournal): boolean {
    return (
      size > Math.max(JOURNAL_BYTES, this.#snapshotBytes * JOURNAL_SHARE) || parts >= JOURNAL_PARTS
    );
  }

  /** A snapshot first and then its journal: nothing is written meanwhile. */
  async #beginGeneration(): Promise<void> {
    const { chunks, header } = await this.#turns.take(() => {
      // The snapshot has these changes.
      if (this.#recording) this.#store.takeJournal(0);
      return { chunks: this.#store.saveChunks(), header: this.#store.beginJournal() };
    });
    this.#recording = true;
    this.#dirty = false;
    await this.#stored.commit(chunks);
    this.#journal = await this.#stored.createJournal('current', header);
    this.#snapshotBytes = bytesOf(chunks);
  }

  /**
   * The next journal first, which writes go to at once, and its snapshot beside them. Until that is
   * there, the old snapshot with both journals gives the same store.
   */
  async #switchJournal(journal: StoredJournal): Promise<void> {
    const { frame, chunks, header } = await this.#turns.take(() => ({
      frame: this.#store.takeJournal(journal.size),
      chunks: this.#store.saveChunks(),
      header: this.#store.beginJournal(),
    }));
    if (frame.byteLength > 0) await journal.append(frame);
    this.#journal = await this.#stored.createJournal('next', header);
    const generation = this.#journal.generation;
    this.#snapshotBytes = bytesOf(chunks);
    this.#snapshot = this.#stored
      .commit(chunks, generation)
      .then(
        () => undefined,
        (cause: unknown) => {
          this.#fail(cause); // The next write is told.
        },
      )
      .finally(() => {
        this.#snapshot = undefined;
      });
  }
}

function bytesOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
