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

/** What work has taken: `longestMs` is the longest that it kept the event loop at once. */
export interface Taken {
  busyMs: number;
  longestMs: number;
}

export const NOTHING: Readonly<Taken> = { busyMs: 0, longestMs: 0 };

/** How work is cut up so that searches go on. Its pieces come one after another, never side by side. */
export interface Pace {
  readonly sliceMs: number;
  /** Between two slices: see `rest`. */
  readonly pause: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** What pieces of work have taken of the present slice. */
  spentMs: number;
  /** What they have taken since who wants to know has set it. */
  taken: Taken;
}

export function paceOf(sliceMs: number, pause: () => Promise<void>, signal?: AbortSignal): Pace {
  return { sliceMs, pause, signal, spentMs: 0, taken: NOTHING };
}

/** For work that somebody waits for. */
export function briskly(backend: BackendName, signal?: AbortSignal): Pace {
  return paceOf(SLICE_MS[backend], soon, signal);
}

interface Leisure {
  clock: Clock;
  signal: AbortSignal;
  /** The part of the time that the work takes, asked before each rest. (0, 1] */
  share?: () => number;
  /** What the work may hold: as soon as somebody waits for one, it goes on without rest. */
  held?: readonly Pick<Turns, 'hasWaiting' | 'onWaiting'>[];
  /** Whether other work may take its slices in the same turn: both together take no more than one and a half. */
  isBeside?: boolean;
}

/**
 * For work that nobody waits for, and that takes a part of the time. A rest keeps no process from its
 * end; when somebody waits, what is left does.
 */
export function atLeisure(
  backend: BackendName,
  { clock, signal, share = () => LEISURE, held = [], isBeside = false }: Leisure,
): Pace {
  const sliceMs = SLICE_MS[backend] * (isBeside ? 0.5 : 1);
  const wakeups = held.map((turns) => (wake: () => void) => turns.onWaiting(wake));
  const pause = (): Promise<void> => {
    const restMs = sliceMs * (1 / share() - 1);
    return held.some(({ hasWaiting }) => hasWaiting)
      ? soon()
      : pauseFor(clock, restMs, signal, wakeups);
  };
  return paceOf(sliceMs, pause, signal);
}

/** Lets others have their turn; a slice begins. */
export async function rest(pace: Pace): Promise<void> {
  await pace.pause();
  pace.spentMs = 0;
}

/** Does at once what cannot be cut up, as a part of the present slice. */
export function atOnce<T>(pace: Pace, work: () => T): T {
  const begin = performance.now();
  try {
    return work();
  } finally {
    spend(pace, performance.now() - begin);
  }
}

function spend(pace: Pace, ms: number): void {
  pace.spentMs += ms;
  pace.taken = both(pace.taken, { busyMs: ms, longestMs: pace.spentMs });
}

/** What two pieces of work have taken together. */
export function both(a: Taken, b: Taken): Taken {
  return { busyMs: a.busyMs + b.busyMs, longestMs: Math.max(a.longestMs, b.longestMs) };
}

/**
 * Runs steps until one says that it was the last; a slice ends when the next step might not fit. What is
 * left of a slice is for the work that follows, when that is half of it at least. `report` is called
 * after each slice. Throws `signal.reason`.
 */
export async function inSlices(
  step: () => boolean,
  pace: Pace,
  report?: () => void,
): Promise<Taken> {
  let taken = NOTHING;
  if (pace.spentMs > pace.sliceMs / 2) await rest(pace);
  for (;;) {
    pace.signal?.throwIfAborted();
    const begin = performance.now();
    const leftMs = pace.sliceMs - pace.spentMs;
    let [before, now] = [begin, begin];
    let more: boolean;
    do {
      more = step();
      [before, now] = [now, performance.now()];
    } while (more && now - begin + (now - before) < leftMs);
    spend(pace, now - begin);
    taken = both(taken, { busyMs: now - begin, longestMs: pace.spentMs });
    report?.();
    if (!more) return taken;
    await rest(pace);
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
