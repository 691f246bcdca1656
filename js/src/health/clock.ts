/** Time and its passing, so that tests can have their own. */
export interface Clock {
  /** Milliseconds, by a clock that never goes back. */
  now(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  time(): number;
  /**
   * Runs `work` after so many milliseconds, or when the event loop has gone round once if that is 0, unless
   * what it returns is called before.
   */
  after(ms: number, work: () => void): () => void;
}

/** What Node and its like have. A timer takes a millisecond at least, which is as long as a slice of work. */
interface Immediates {
  setImmediate?: (work: () => void) => unknown;
  clearImmediate?: (immediate: unknown) => void;
}

/** As `Clock.after`, with a timer that keeps a process from its end. */
function begin(ms: number, work: () => void): { timer: unknown; callOff: () => void } {
  const { setImmediate, clearImmediate } = globalThis as Immediates;
  if (ms === 0 && setImmediate !== undefined) {
    const timer = setImmediate(work);
    return { timer, callOff: () => clearImmediate?.(timer) };
  }
  const timer = setTimeout(work, ms);
  return {
    timer,
    callOff: () => {
      clearTimeout(timer);
    },
  };
}

/** The runtime's own. Its timers keep no process from its end, where the runtime can say so. */
export const systemClock: Clock = {
  now: () => performance.now(),
  time: () => Date.now(),
  after(ms, work) {
    const { timer, callOff } = begin(ms, work);
    (timer as { unref?: () => void }).unref?.();
    return callOff;
  },
};

/** Lets the event loop go round once. */
export function soon(): Promise<void> {
  return new Promise((resolve) => {
    begin(0, resolve);
  });
}

/** Has `wake` called at some event, until what it returns is called. */
export type Wakeup = (wake: () => void) => () => void;

/** Resolves after so many milliseconds, or as soon as the signal fires or something wakes it. */
export function pauseFor(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  wakeups: readonly Wakeup[] = [],
): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const callOff = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
    const listened = wakeups.map((wakeup) => wakeup(end));

    function end(): void {
      callOff();
      signal.removeEventListener('abort', end);
      for (const stop of listened) stop();
      resolve();
    }
  });
}
