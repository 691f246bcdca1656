// What the machine itself does to a thread that never waits: beside it a pause of the same length says
// nothing of the code that ran.

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
