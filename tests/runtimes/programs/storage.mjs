// What a store must keep from one session to the next, wherever it is kept. Imports nothing of any
// runtime.

const DIMENSION = 16;

/** Patterns that are the same everywhere: components are multiples of 1/16. */
function pattern(id) {
  const number = [...id].reduce((sum, it) => (sum * 31 + it.charCodeAt(0)) % 65521, 7);
  const embedding = Array.from({ length: DIMENSION }, (_, i) => ((number * (i + 3)) % 31) / 16 - 1);
  return { id, type: 'test', domain: `d${number % 3}`, content: `content of ${id}`, embedding };
}

/** Adds patterns of this name in one session, and looks for them in the next. Gives what is there. */
export async function keep(damask, name, config) {
  const open = () => damask.openPatternStore({ dimension: DIMENSION, fallback: false, ...config });
  const first = await open();
  await first.storeBatch(Array.from({ length: 20 }, (_, i) => pattern(`${name}-${i}`)));
  await Promise.all(
    Array.from({ length: 5 }, (_, i) => first.storePattern(pattern(`${name}+${i}`))),
  );
  await first.deletePattern(`${name}-3`);
  const before = await answer(first);
  await first.shutdown();
  const second = await open();
  const after = await answer(second);
  const info = second.getImplementationInfo();
  await second.shutdown();
  const difference = before === after ? undefined : `${before} became ${after}`;
  return { info, difference, answer: after };
}

/** Ids and scores of the nearest to a fixed query, and how many there are. */
async function answer(store) {
  const found = await store.searchSimilar(pattern('query').embedding, { k: 5, exact: true });
  const hits = found.map(({ pattern: { id }, score }) => `${id} ${score}`);
  return `${await store.count()}: ${hits.join(', ')}`;
}
