/**
 * So many begin to be written at once, when nobody writes: the next ones are made while these are
 * synced, where else all would wait for the disk together and then the disk for all of them.
 */
const BEGINS_AT = 32;

/** Those who wait for one write. It begins when everyone who is at it in this tick has joined. */
export class Group {
  readonly promise: Promise<void>;
  readonly #write: () => Promise<void>;
  #resolve!: () => void;
  #reject!: (cause: unknown) => void;
  #size = 0;
  #begun = false;

  constructor(write: () => Promise<void>) {
    this.#write = write;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    queueMicrotask(this.#begin);
  }

  /** One more waits; `isFree` says whether nobody writes. */
  join(isFree: boolean): void {
    this.#size += 1;
    if (isFree && this.#size >= BEGINS_AT) this.#begin();
  }

  readonly #begin = (): void => {
    if (this.#begun) return;
    this.#begun = true;
    this.#write().then(this.#resolve, this.#reject);
  };
}
