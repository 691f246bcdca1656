import type { Store } from '../store.js';

/** A store as it was at one moment, and the first bytes of the journal that goes on from there. */
export interface Frozen {
  snapshot: FrozenSnapshot;
  header: Uint8Array;
}

/** To be called in a turn, when all that the journal before collected was taken. */
export function freeze(store: Store): Frozen {
  const snapshot = new FrozenSnapshot(store);
  return { snapshot, header: store.beginJournal() };
}

/** The bytes of a snapshot, to be read once. */
export class FrozenSnapshot implements Iterable<Uint8Array> {
  readonly #chunks: Uint8Array[];
  /** Bytes that were read until now. */
  bytes = 0;

  constructor(store: Store) {
    this.#chunks = store.saveChunks();
  }

  *[Symbol.iterator](): Iterator<Uint8Array> {
    for (const chunk of this.#chunks) {
      this.bytes += chunk.byteLength;
      yield chunk;
    }
  }

  /** Gives back what is held for what was not read. */
  giveUp(): void {
    this.#chunks.length = 0;
  }
}
