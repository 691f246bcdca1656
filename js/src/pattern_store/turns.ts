/** Gives one caller at a time the store, in the order in which they asked. */
export class Turns {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /** Whether nobody is at it or waiting. */
  get isFree(): boolean {
    return !this.#taken;
  }

  /** Runs `work` when its turn has come: at once, before it returns, when nobody is at it. */
  take<T>(work: () => T | Promise<T>): T | Promise<T> {
    if (this.#taken)
      return new Promise<T>((resolve) => {
        this.#waiting.push(() => {
          resolve(this.#runLate(work));
        });
      });
    try {
      return this.#run(work);
    } finally {
      this.#goOn();
    }
  }

  #run<T>(work: () => T | Promise<T>): T | Promise<T> {
    this.#taken = true;
    let isLong = false;
    try {
      const result = work();
      isLong = result instanceof Promise;
      if (result instanceof Promise) result.then(this.#end, this.#end);
      return result;
    } finally {
      if (!isLong) this.#taken = false;
    }
  }

  /** An error that `work` throws at once is a rejection too. */
  async #runLate<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#run(work);
  }

  readonly #end = (): void => {
    this.#taken = false;
    this.#goOn();
  };

  /** The next one's work begins before whoever waits for the last one's result goes on. */
  #goOn(): void {
    while (!this.#taken && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}

/** How long a step of long work may keep the event loop from others, in milliseconds. */
const SLICE_MS = 8;

/**
 * Runs steps until one says that it was the last, and lets the event loop go round every
 * {@link SLICE_MS}. `step` is called after each check of the signal; throws `signal.reason`.
 */
export async function inSlices(
  step: () => boolean,
  signal?: AbortSignal,
  report?: () => void,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const end = performance.now() + SLICE_MS;
    let more = true;
    while (more && performance.now() < end) more = step();
    report?.();
    if (!more) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
}
