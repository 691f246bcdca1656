import { join } from '../storage/chunks.js';
import type { Store } from '../store.js';

/** What was changed and is not durable yet: counted, and as frames once they were taken from the engine. */
export class Pending {
  readonly #store: Store;
  #changes = 0;
  #bytes = 0;
  #frames: Uint8Array[] = [];
  /** Changes of which no frame was taken. */
  #untaken = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get changes(): number {
    return this.#changes;
  }

  /** Bytes of the frames; those of changes that were not collected are not among them. */
  get bytes(): number {
    return this.#bytes;
  }

  note(changes: number): void {
    this.#changes += changes;
    this.#untaken += changes;
  }

  /** Takes a frame of what was changed since the last one; the engine must be keeping a journal. */
  collect(synced: number): void {
    if (this.#untaken === 0) return;
    const frame = this.#store.takeJournal(synced);
    this.#untaken = 0;
    if (frame.byteLength === 0) return;
    this.#frames.push(frame);
    this.#bytes += frame.byteLength;
  }

  /** All frames as one, and how many changes they have. */
  take(synced: number): TakenChanges {
    this.collect(synced);
    const frames = this.#frames;
    this.#frames = [];
    const [only] = frames;
    const frame = only !== undefined && frames.length === 1 ? only : join('the changes', frames);
    return { changes: this.#changes, frame };
  }

  /**
   * Gives the frames up, for a snapshot that has their changes, and says how many these are.
   * `recording` says whether the engine keeps a journal.
   */
  drop(recording: boolean): number {
    if (recording) this.#store.takeJournal(0);
    this.#untaken = 0;
    this.#frames = [];
    this.#bytes = 0;
    return this.#changes;
  }

  /** What was taken is durable. */
  settle(changes: number, bytes = 0): void {
    this.#changes -= changes;
    this.#bytes -= bytes;
  }
}

/** What a write makes durable. */
export interface TakenChanges {
  changes: number;
  frame: Uint8Array;
}
