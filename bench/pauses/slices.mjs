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
    /** By kind of work a list of rounds: `own`, ms of each slice, and `idle`, of the loops between them. */
    this.found = new Map();
    this.rounds = 0;
  }

  beginRound() {
    ++this.rounds;
  }

  #ofRound(kind) {
    if (!this.found.has(kind)) this.found.set(kind, []);
    const rounds = this.found.get(kind);
    if (rounds.length < this.rounds) rounds.push({ own: [], idle: [] });
    return rounds.at(-1);
  }

  /** Does `work(pace)`, from one pause to the next of which is a slice. */
  async of(kind, work) {
    const { own, idle } = this.#ofRound(kind);
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

const longest = (ms) => percentile(ms, 1);

/** Of all rounds in ms; and the longest of the round in which that was shortest. */
export function rowOf(rounds) {
  const of = (which, name) => {
    const ms = rounds.flatMap((round) => round[which]);
    return {
      [`${name}P50Ms`]: percentile(ms, 0.5),
      [`${name}P99Ms`]: percentile(ms, 0.99),
      [`${name}LongestMs`]: longest(ms),
      [`${name}LongestOfBestRoundMs`]: Math.min(...rounds.map((round) => longest(round[which]))),
    };
  };
  const slices = rounds.reduce((sum, { own }) => sum + own.length, 0);
  return { slices, ...of('own', 'slice'), ...of('idle', 'idle') };
}
