// What holds a thread up that is not the code it runs: beside it a pause of the same length says nothing of
// that code.
import { PerformanceObserver } from 'node:perf_hooks';

/** The longest, in ms, that the clock was not read by a loop that does nothing else for so many ms. */
export function longestStallMs(forMs) {
  const begin = performance.now();
  let longest = 0;
  for (let [last, now] = [begin, begin]; now - begin < forMs; last = now) {
    now = performance.now();
    longest = Math.max(longest, now - last);
  }
  return longest;
}

/** The longest garbage collection of the process, of which most is the benchmark's own. */
export class Collections {
  #longestMs = 0;

  constructor() {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        this.#longestMs = Math.max(this.#longestMs, duration);
    });
    observer.observe({ entryTypes: ['gc'] });
  }

  /** Since it was last asked, in ms. */
  takeLongestMs() {
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }
}
