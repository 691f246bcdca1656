// What a writer does that others follow, decided by a seed alone, so that a reader knows from the
// marker which patterns must be there.
import { random } from './support.mjs';

export const DIMENSION = 4;
export const MARKER = 'marker';

const entry = (id, step, length) => ({
  ...{ id, type: 't', domain: 'd', content: `${step}`.padEnd(length, '.') },
  embedding: [1, step % 7, id.length, (id.codePointAt(1) ?? 0) % 11],
});

/** The steps, in order: a batch with the marker in it, every 5th after a deletion. */
export function stepsOf(seed, count) {
  const next = random(seed);
  const below = (limit) => Math.floor(((next() + 1) / 2) * limit);
  return Array.from({ length: count }, (_, i) => {
    const step = i + 1;
    const ids = Array.from({ length: 1 + below(5) }, () => `p${below(60)}`);
    const batch = [...ids, MARKER].map((id) => entry(id, step, below(4) === 0 ? 12_000 : 20));
    return { step, batch, ...(step % 5 === 0 ? { gone: `p${below(60)}` } : {}) };
  });
}

/** What is stored after each step: the patterns, as one text. `between` is what it is after a deletion. */
export function statesOf(steps) {
  const now = new Map();
  const text = () =>
    [...now]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(String)
      .join('\n');
  const states = [{ after: '', between: '' }];
  for (const { batch, gone } of steps) {
    now.delete(gone);
    states.at(-1).between = text();
    for (const { id, content } of batch) now.set(id, content.split('.')[0]);
    states.push({ after: text(), between: text() });
  }
  return states;
}

/** The same text of a store, and the step that its marker names. */
export async function contentOf(store) {
  const found = new Map();
  for await (const { id, content } of store.patterns()) found.set(id, content.split('.')[0]);
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { step: Number(found.get(MARKER) ?? 0), text: sorted.map(String).join('\n') };
}
