import os from 'node:os';
import { setImmediate } from 'node:timers';

/** As long as a fast disk takes for a sync, twice. */
const AWAKE_MS = 0.2;
/** Who was awake in vain is not again for so many times at most. */
const MOST_SKIPPED = 64;

// Deno and Bun say it as browsers do.
const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
const hasProcessorToSpare = (navigator?.hardwareConcurrency ?? os.availableParallelism()) > 1;

/**
 * Waits for work of other threads that is over soon, with an event loop that goes round instead of
 * sleeping, and does whatever else it has to do: to wake it takes half as long as a sync of a fast
 * disk. Where the work takes longer, or others need the processor for it, it sleeps more and more often.
 */
export class Awake {
  #skipped = 0;
  #skips = 0;

  async during(work: Promise<void>): Promise<void> {
    if (!hasProcessorToSpare) return work;
    if (this.#skips > 0) {
      --this.#skips;
      return work;
    }
    const end = performance.now() + AWAKE_MS;
    let isOver = false;
    const goRound = (): void => {
      if (isOver) this.#skipped = 0;
      else if (performance.now() < end) setImmediate(goRound);
      else this.#skips = this.#skipped = Math.min(2 * this.#skipped + 1, MOST_SKIPPED);
    };
    setImmediate(goRound);
    try {
      await work;
    } finally {
      isOver = true;
    }
  }
}
