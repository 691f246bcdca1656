/** Time and its passing, so that tests can have their own. */
export interface Clock {
  /** Milliseconds, by a clock that never goes back. */
  now(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  time(): number;
  /** Runs `work` after so many milliseconds, unless what it returns is called before. */
  after(ms: number, work: () => void): () => void;
}

/** The runtime's own. Its timers keep no process from its end, where the runtime can say so. */
export const systemClock: Clock = {
  now: () => performance.now(),
  time: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    (timer as { unref?: () => void }).unref?.();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after so many milliseconds, or as soon as the signal fires. */
export function pauseFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const callOff = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });

    function end(): void {
      callOff();
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
