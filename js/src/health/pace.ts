import type { BackendName } from '../interface.js';
import type { Turns } from '../pattern_store/turns.js';
import { pauseFor, soon, type Clock } from './clock.js';

/** How long work may keep the event loop from searches at once, in milliseconds. */
const SLICE_MS: Readonly<Record<BackendName, number>> = {
  native: 1,
  'wasm-simd': 5,
  'wasm-scalar': 5,
};
/** The part of the time that work in the background takes, where nobody says. */
export const LEISURE = 0.25;

/** How work is cut up so that searches go on. */
export interface Pace {
  sliceMs: number;
  /** Between two slices. */
  pause: () => Promise<void>;
  signal?: AbortSignal | undefined;
}

/** What work has taken. */
export interface Taken {
  busyMs: number;
  longestMs: number;
}

/** For work that somebody waits for. */
export function briskly(backend: BackendName, signal?: AbortSignal): Pace {
  return { sliceMs: SLICE_MS[backend], pause: soon, signal };
}

interface Leisure {
  clock: Clock;
  signal: AbortSignal;
  /** The part of the time that the work takes, asked before each rest. (0, 1] */
  share?: () => number;
  /** What the work may hold: as soon as somebody waits for one, it goes on without rest. */
  held?: readonly Pick<Turns, 'hasWaiting' | 'onWaiting'>[];
}

/**
 * For work that nobody waits for, and that takes a part of the time. A rest keeps no process from its
 * end; when somebody waits, what is left does.
 */
export function atLeisure(
  backend: BackendName,
  { clock, signal, share = () => LEISURE, held = [] }: Leisure,
): Pace {
  const sliceMs = SLICE_MS[backend];
  const wakeups = held.map((turns) => (wake: () => void) => turns.onWaiting(wake));
  const pause = (): Promise<void> => {
    const restMs = sliceMs * (1 / share() - 1);
    return held.some(({ hasWaiting }) => hasWaiting)
      ? soon()
      : pauseFor(clock, restMs, signal, wakeups);
  };
  return { sliceMs, pause, signal };
}

/**
 * Runs steps until one says that it was the last; a slice ends when the next step might not fit.
 * `report` is called after each slice. Throws `signal.reason`.
 */
export async function inSlices(
  step: () => boolean,
  { sliceMs, pause, signal }: Pace,
  report?: () => void,
): Promise<Taken> {
  const taken = { busyMs: 0, longestMs: 0 };
  for (;;) {
    signal?.throwIfAborted();
    const begin = performance.now();
    let [before, now] = [begin, begin];
    let more: boolean;
    do {
      more = step();
      [before, now] = [now, performance.now()];
    } while (more && now - begin + (now - before) < sliceMs);
    taken.busyMs += now - begin;
    taken.longestMs = Math.max(taken.longestMs, now - begin);
    report?.();
    if (!more) return taken;
    await pause();
  }
}

/** How much one step should do, so that it takes about a quarter of a slice. */
export class StepSize {
  readonly #most: number;
  readonly #targetMs: number;
  #value: number;

  constructor(first: number, most: number, sliceMs: number) {
    this.#value = Math.min(first, most);
    this.#most = most;
    this.#targetMs = sliceMs / 4;
  }

  /** Runs a step of the present size, and takes in how long it took. */
  run<T>(step: (size: number) => T): T {
    const begin = performance.now();
    const result = step(this.#value);
    const ratio = this.#targetMs / Math.max(performance.now() - begin, 1e-3);
    const next = Math.floor(this.#value * Math.min(2, Math.max(0.25, ratio)));
    this.#value = Math.min(this.#most, Math.max(1, next));
    return result;
  }
}
