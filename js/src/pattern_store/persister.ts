import { DamaskError, errorFor } from '../errors.js';
import { NOTHING, type Taken } from '../health/pace.js';
import type { DurabilityHealth, RecoveredChanges } from '../interface.js';
import type { StoredGenerations } from '../storage/generations.js';
import type { StoredJournal } from '../storage/stored_journal.js';
import type { Store } from '../store.js';
import type { Policy } from './durability.js';
import { Pending, type TakenChanges } from './pending.js';
import { freeze, type FrozenSnapshot, type StoreTurns } from './frozen.js';
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
  /** The journal that goes on, or none: the next write begins one. */
  journal: StoredJournal | undefined;
  /** Whether there are journals at all; the last one is torn when none goes on. */
  hasJournals: boolean;
  snapshotBytes: number;
  changes: RecoveredChanges;
}

export interface PersisterParts {
  store: Store;
  turns: StoreTurns;
  stored: StoredGenerations;
  recovered: Recovered;
  policy: Policy;
  /** Told of a failure that no caller waits for. */
  warn: (message: string) => void;
}

/**
 * Keeps a store's changes in its storage: each write adds a frame to a journal, and when that has grown
 * long, a snapshot and a new journal follow. Writers that ask at the same time share one write. The
 * first write that fails poisons it: what is stored is not what callers were told, so that every later
 * change is refused, while reading goes on.
 */
export class Persister {
  readonly #store: Store;
  readonly #both: StoreTurns;
  readonly #turns: Turns;
  readonly #snapshots: Turns;
  readonly #stored: StoredGenerations;
  readonly #policy: Policy;
  readonly #warn: (message: string) => void;
  readonly #pending: Pending;
  #journal: StoredJournal | undefined;
  /** The journal that the first write makes, where there is a snapshot and no journal goes on. */
  #unmade: { which: 'current' | 'next'; header: Uint8Array } | undefined;
  /** Whether the store collects its changes for a journal. */
  #recording: boolean;
  #snapshotBytes: number;
  /** What making the last one has taken. */
  #snapshotTaken: Taken = NOTHING;
  #failure: DamaskError | undefined;
  /** One write after another. */
  readonly #writes = new Turns();
  /** The write that has not begun. */
  #waiting: Promise<void> | undefined;
  /** A snapshot that is being written beside the journal that follows it; it never rejects. */
  #compaction: Promise<void> | undefined;
  /** Bytes of the journal before, which counts until that snapshot is there. */
  #replacedBytes = 0;
  /** The write that the policy `interval` makes at the latest. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Told how long adding to a journal took, in milliseconds. */
  onSync: ((ms: number) => void) | undefined;

  constructor({ store, turns, stored, recovered, policy, warn }: PersisterParts) {
    this.#store = store;
    this.#both = turns;
    this.#turns = turns.turns;
    this.#snapshots = turns.snapshots;
    this.#stored = stored;
    this.#policy = policy;
    this.#warn = warn;
    this.#pending = new Pending(store);
    this.#journal = recovered.journal;
    this.#recording = stored.generation > 0;
    this.#snapshotBytes = recovered.snapshotBytes;
    if (this.#recording && this.#journal === undefined)
      this.#unmade = {
        which: recovered.hasJournals ? 'next' : 'current',
        header: store.beginJournal(),
      };
  }

  get generation(): number {
    return this.#stored.generation;
  }

  /** What of the store is durable, and why nothing more will be, if so. */
  health(): DurabilityHealth {
    if (this.#recording && this.#failure === undefined)
      this.#pending.collect(this.#journal?.size ?? 0);
    const failure = this.#failure;
    return {
      policy: this.#policy.policy,
      pendingChanges: this.#pending.changes,
      pendingBytes: this.#pending.bytes,
      generation: this.generation,
      journalBytes: this.#replacedBytes + (this.#journal?.size ?? 0),
      compacting: this.#compaction !== undefined,
      ...(failure && { failure: { code: failure.code, message: failure.message } }),
    };
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

  /** Remembers changes, in the turn in which they were made. */
  note(changes: number): void {
    this.#pending.note(changes);
  }

  /** Resolves when what was noted is as durable as the policy wants it; undefined when it is already. */
  settle(): Promise<void> | undefined {
    switch (this.#policy.policy) {
      case 'always':
        return this.flush();
      case 'manual':
        return undefined;
      case 'interval':
        return this.#settleSoon(this.#policy);
    }
  }

  /** Resolves when every change until now is stored. Those who ask before it begins share a write. */
  flush(): Promise<void> {
    this.checkWritable();
    if (!this.#isDirty) return Promise.resolve();
    // Others who are changing the store in this tick come along, and whoever comes before it begins.
    this.#waiting ??= Promise.resolve().then(() =>
      this.#write(() => {
        this.#waiting = undefined;
        return this.#isDirty ? this.#writeChanges() : undefined;
      }),
    );
    return this.#waiting;
  }

  /** Resolves when a snapshot of the store as it is now, or later, is stored: to what that took. */
  async compact(): Promise<Taken> {
    this.checkWritable();
    const begin = async (): Promise<boolean> => {
      if (!this.#snapshots.isFree) return false;
      await this.#beginCompaction();
      return true;
    };
    // One that is under way does not have the latest changes; and no write waits for one, or for a copy.
    do await this.#snapshots.take(() => undefined);
    while (!(await this.#write(begin)));
    await this.#compaction;
    this.checkWritable();
    return this.#snapshotTaken;
  }

  /** Writes what is left and gives the storage back. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await this.flush();
      await this.#compaction;
      if ((this.#journal?.size ?? 0) > LEFT_BYTES) await this.compact();
      this.checkWritable();
    } finally {
      await this.#writes.take(() => undefined);
      await this.#compaction;
      await this.#stored.close();
    }
  }

  /** Whether storage lacks something: a change, or the store itself. */
  get #isDirty(): boolean {
    return this.#pending.changes > 0 || this.#stored.generation === 0;
  }

  /**
   * A write begins when half of the bytes wait, or the time is over; who changes the store when all of
   * them wait, waits too.
   */
  #settleSoon({ ms, bytes }: { ms: number; bytes: number }): Promise<void> | undefined {
    if (this.#recording) this.#pending.collect(this.#journal?.size ?? 0);
    if (this.#pending.bytes >= bytes) return this.flush();
    if (this.#pending.bytes >= bytes / 2) this.#flushBehind();
    else this.#timer ??= unreferenced(setTimeout(this.#flushBehind, ms));
    return undefined;
  }

  readonly #flushBehind = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#failure === undefined) this.flush().catch(this.#warnOf);
  };

  readonly #warnOf = (cause: unknown): void => {
    this.#warn(
      `damask could not write to its storage, and takes no changes any more: ${(cause as Error).message}`,
    );
  };

  /** Runs a write in its turn: at once when nobody writes. */
  #write<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
    const attempt = async (): Promise<T | undefined> => {
      try {
        this.checkWritable();
        return await work();
      } catch (cause) {
        throw this.#fail(cause);
      }
    };
    return this.#writes.take(attempt) as Promise<T | undefined>;
  }

  #fail(cause: unknown): DamaskError {
    this.#failure ??=
      cause instanceof DamaskError
        ? cause
        : new DamaskError('IO', cause instanceof Error ? cause.message : String(cause), { cause });
    return this.#failure;
  }

  async #writeChanges(): Promise<void> {
    const journal = await this.#openJournal();
    if (journal === undefined) return this.#beginGeneration();
    await this.#append(journal, this.#pending.take(journal.size));
    // Behind this write, so that nobody who waits for it waits for that too.
    if (this.#snapshots.isFree && this.#turns.isFree && this.#isLong(journal))
      this.#write(() => this.#beginCompaction()).catch(this.#warnOf);
  }

  async #append(journal: StoredJournal, { changes, frame }: TakenChanges): Promise<void> {
    if (frame.byteLength > 0) {
      const begin = performance.now();
      await journal.append(frame);
      this.onSync?.(performance.now() - begin);
    }
    this.#pending.settle(changes, frame.byteLength);
  }

  /** The journal to add to; none as long as nothing is stored at all. */
  async #openJournal(): Promise<StoredJournal | undefined> {
    if (this.#unmade !== undefined)
      this.#journal = await this.#stored.createJournal(this.#unmade.which, this.#unmade.header);
    this.#unmade = undefined;
    return this.#journal;
  }

  /** Long enough to be replaced; and so it is when no snapshot was ever finished that it follows. */
  #isLong({ generation, size, parts }: StoredJournal): boolean {
    return (
      generation !== this.generation ||
      size > Math.max(JOURNAL_BYTES, this.#snapshotBytes * JOURNAL_SHARE) ||
      parts >= JOURNAL_PARTS
    );
  }

  /** A snapshot first and then its journal, where nothing is stored: nothing is written meanwhile. */
  async #beginGeneration(): Promise<void> {
    const { changes, snapshot, header } = await freeze(this.#both, this.#store, () => ({
      // The snapshot has these changes.
      changes: this.#pending.drop(this.#recording),
    }));
    this.#recording = true;
    try {
      await this.#stored.commit(snapshot);
    } finally {
      snapshot.giveUp();
    }
    this.#journal = await this.#stored.createJournal('current', header);
    this.#note(snapshot);
    this.#pending.settle(changes);
  }

  /**
   * The next journal first, which writes go to at once, and its snapshot beside them. Until that is
   * there, the old snapshot with both journals gives the same store.
   */
  async #beginCompaction(): Promise<void> {
    const journal = await this.#openJournal();
    if (journal === undefined) return this.#beginGeneration();
    const { taken, snapshot, header } = await freeze(this.#both, this.#store, () => ({
      taken: this.#pending.take(journal.size),
    }));
    try {
      await this.#append(journal, taken);
      this.#journal = await this.#stored.createJournal('next', header);
    } catch (cause) {
      snapshot.giveUp();
      throw cause;
    }
    this.#replacedBytes = journal.size;
    this.#compaction = this.#finishCompaction(snapshot, this.#journal.generation);
  }

  #note({ bytes, taken }: FrozenSnapshot): void {
    this.#snapshotBytes = bytes;
    this.#snapshotTaken = taken;
  }

  async #finishCompaction(snapshot: FrozenSnapshot, generation: number): Promise<void> {
    try {
      await this.#stored.commit(snapshot, generation);
      this.#note(snapshot);
      this.#replacedBytes = 0;
    } catch (cause) {
      // Who changes the store next is told; who compacts it, too.
      this.#warnOf(this.#fail(cause));
    } finally {
      snapshot.giveUp();
      this.#compaction = undefined;
    }
  }
}

/** The process need not go on for this alone, where the runtime can say so: `close` writes what is left. */
function unreferenced(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
