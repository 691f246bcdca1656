import { soon } from '../health/clock.js';
import { atOnce, paceOf, rest, type Taken } from '../health/pace.js';
import type { Store } from '../store.js';
import type { Turns } from './turns.js';

/** Bytes that one step goes on for: some 2 ms at most. */
const STEP_BYTES = 64 << 10;
/** How long steps may keep the event loop from others, in milliseconds. */
const SLICE_MS = 1;

/** A store as it was at one moment, and the first bytes of the journal that goes on from there. */
export interface Frozen {
  snapshot: FrozenSnapshot;
  header: Uint8Array;
}

/** The turns in which a store is changed, and those in which a snapshot of it is written. */
export interface StoreTurns {
  turns: Turns;
  snapshots: Turns;
}

/**
 * Freezes a store in a turn, once no other snapshot of it is under way; what `take` takes before in the
 * same turn comes along. The snapshot must be given up in the end, for the next one to begin.
 */
export async function freezeInTurn<T>(
  { turns, snapshots }: StoreTurns,
  storeOf: () => Store,
  take: (store: Store) => T,
): Promise<T & { snapshot: FrozenSnapshot }> {
  const release = await hold(snapshots);
  try {
    return await turns.take(() => {
      const store = storeOf();
      const taken = take(store);
      return { ...taken, snapshot: new FrozenSnapshot(store, release) };
    });
  } catch (cause) {
    release();
    throw cause;
  }
}

/** The same, and a journal that goes on from there, when `take` has taken what the one before collected. */
export async function freeze<T>(
  both: StoreTurns,
  store: Store,
  take: (store: Store) => T,
): Promise<T & Frozen> {
  return freezeInTurn(
    both,
    () => store,
    () => {
      const taken = take(store);
      return { ...taken, header: store.beginJournal() };
    },
  );
}

/** Resolves to the end of a turn, when that has come. */
function hold(turns: Turns): Promise<() => void> {
  return new Promise((resolve) => {
    void turns.take(
      () =>
        new Promise<void>((end) => {
          resolve(end);
        }),
    );
  });
}

/** The bytes of a snapshot, to be read once; the store may change meanwhile. One at a time. */
export class FrozenSnapshot implements AsyncIterable<Uint8Array> {
  readonly #store: Store;
  readonly #release: () => void;
  readonly #pace = paceOf(SLICE_MS, soon);
  #isOver = false;
  /** Bytes that were read until now. */
  bytes = 0;

  constructor(store: Store, release: () => void) {
    this.#store = store;
    this.#release = release;
    atOnce(this.#pace, () => {
      store.beginSnapshot();
    });
  }

  /** What making the bytes has taken until now. */
  get taken(): Taken {
    return this.#pace.taken;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = atOnce(this.#pace, () => this.#store.stepSnapshot(STEP_BYTES));
      if (chunk === undefined) break;
      this.bytes += chunk.byteLength;
      if (chunk.byteLength > 0) yield chunk;
      if (this.#pace.spentMs >= this.#pace.sliceMs) await rest(this.#pace);
    }
    this.#isOver = true;
  }

  /** Gives back what is held for what was not read; nothing when all was. */
  giveUp(): void {
    if (!this.#isOver && !this.#store.disposed) this.#store.cancelSnapshot();
    this.#isOver = true;
    this.#release();
  }
}
