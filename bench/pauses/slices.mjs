// Times what keeps the event loop at once, and what holds up a loop that does nothing.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { paceOf } from '../../js/lib/health/pace.js';
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

  /**
   * Does `work(pace)`, from one pause to the next of which is a slice. While `isWaiting()` says so it waits
   * for a thread of its own and does nothing: that is no slice, and no idle machine.
   */
  async of(kind, work, isWaiting = () => false) {
    const { own, idle } = this.#ofRound(kind);
    let began = performance.now();
    let waited = false;
    const pause = async () => {
      const ms = performance.now() - began;
      const waits = isWaiting();
      if (!waited || !waits) own.push(ms);
      if (!waits) idle.push(idleMs(this.sliceMs));
      waited = waits;
      await nextTurn();
      began = performance.now();
    };
    await work(paceOf(this.sliceMs, pause));
    await pause();
  }

  /**
   * Does `work()`, which gives others their turns as it likes: each turn of the event loop is a slice, and
   * turns in which nothing is done, for as long, are the idle loop's.
   */
  async ofTurns(kind, work) {
    const { own, idle } = this.#ofRound(kind);
    const began = performance.now();
    let isOver = false;
    const working = work().finally(() => {
      isOver = true;
    });
    for (const ms of await turnsUntil(() => isOver)) own.push(ms);
    await working;
    const end = performance.now() + (performance.now() - began);
    for (const ms of await turnsUntil(() => performance.now() >= end)) idle.push(ms);
  }
}

/** The time from one turn of the event loop to the next, in ms, until `isOver()`. */
async function turnsUntil(isOver) {
  const gaps = [];
  for (let began = performance.now(); !isOver();) {
    await nextTurn();
    const now = performance.now();
    gaps.push(now - began);
    began = now;
  }
  return gaps;
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
