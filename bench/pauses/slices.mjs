// Times what keeps the event loop at once, and what holds up a loop that does nothing.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { percentile } from '../churn/statistics.mjs';

/** A loop of nothing for so many ms; how long it took. */
function idleMs(ms) {
  const began = performance.now();
  let now = began;
  while (now - began < ms) now = performance.now();
  return now - began;
}

export class Slices {
  constructor(sliceMs) {
    this.sliceMs = sliceMs;
    /** By kind of work: ms of each slice, and of the loops between them. */
    this.found = new Map();
  }

  /** Does `work(pace)`, from one pause to the next of which is a slice. */
  async of(kind, work) {
    if (!this.found.has(kind)) this.found.set(kind, { own: [], idle: [] });
    const { own, idle } = this.found.get(kind);
    let began = performance.now();
    const pause = async () => {
      own.push(performance.now() - began);
      idle.push(idleMs(this.sliceMs));
      await nextTurn();
      began = performance.now();
    };
    await work({ sliceMs: this.sliceMs, pause });
    await pause();
  }
}

/** Of both in ms. */
export function rowOf(own, idle) {
  const of = (ms, name) => ({
    [`${name}P50Ms`]: percentile(ms, 0.5),
    [`${name}P99Ms`]: percentile(ms, 0.99),
    [`${name}P999Ms`]: percentile(ms, 0.999),
    [`${name}LongestMs`]: percentile(ms, 1),
  });
  return { ...of(own, 'slice'), ...of(idle, 'idle') };
}
