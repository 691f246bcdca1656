import type { Store } from '../store.js';

/** Bytes that one step goes on for: some 2 ms at most. */
const STEP_BYTES = 64 << 10;
/** How long steps may keep the event loop from others, in milliseconds. */
const SLICE_MS = 4;

/** A store as it was at one moment, and the first bytes of the journal that goes on from there. */
export interface Frozen {
  snapshot: FrozenSnapshot;
  header: Uint8Array;
}

/** To be called in a turn, when all that the journal before collected was taken. */
export function freeze(store: Store): Frozen {
  const snapshot = new FrozenSnapshot(store);
  try {
    return { snapshot, header: store.beginJournal() };
  } catch (cause) {
    snapshot.giveUp();
    throw cause;
  }
}

/** The bytes of a snapshot, to be read once; the store may change meanwhile. One at a time. */
export class FrozenSnapshot implements AsyncIterable<Uint8Array> {
  readonly #store: Store;
  #isOver = false;
  /** Bytes that were read until now. */
  bytes = 0;

  constructor(store: Store) {
    this.#store = store;
    store.beginSnapshot();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let busyMs = 0; ;) {
      const start = performance.now();
      const chunk = this.#store.stepSnapshot(STEP_BYTES);
      busyMs += performance.now() - start;
      if (chunk === undefined) break;
      this.bytes += chunk.byteLength;
      if (chunk.byteLength > 0) yield chunk;
      if (busyMs < SLICE_MS) continue;
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      busyMs = 0;
    }
    this.#isOver = true;
  }

  /** Gives back what is held for what was not read; nothing when all was. */
  giveUp(): void {
    if (!this.#isOver) this.#store.cancelSnapshot();
    this.#isOver = true;
  }
}
