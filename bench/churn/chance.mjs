// Chance that is the same everywhere: each use has a sequence of its own.
import { random } from '../js/dataset.mjs';

/** Numbers in [0, 1) for what the words name; other words, another sequence. */
export function chanceOf(...words) {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(words.join('/'))) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return random(hash ^ (hash >>> 16));
}

/** A whole number in [0, below). */
export const pick = (next, below) => Math.floor(next() * below);

/** The list in another order, in place. */
export function shuffled(list, next) {
  for (let i = list.length - 1; i > 0; --i) {
    const j = pick(next, i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}
