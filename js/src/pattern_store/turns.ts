/** Gives one caller at a time the store, in the order in which they asked. */
export class Turns {
  #last: Promise<unknown> | undefined;

  /** Whether nobody is at it or waiting. */
  get isFree(): boolean {
    return this.#last === undefined;
  }

  /** Runs `work` when its turn has come: at once when nobody is at it. */
  async take<T>(work: () => T | Promise<T>): Promise<T> {
    const before = this.#last;
    const mine = before === undefined ? run(work) : before.then(work, work);
    const turn = mine.finally(() => {
      if (this.#last === turn) this.#last = undefined;
    });
    turn.catch(() => undefined);
    this.#last = turn;
    return mine;
  }
}

/** An error that `work` throws at once is a rejection too. */
async function run<T>(work: () => T | Promise<T>): Promise<T> {
  return work();
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
