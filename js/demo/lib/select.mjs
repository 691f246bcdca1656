import { createHash } from 'node:crypto';

/** The rule of `selectTests` in one sentence, for the output. */
export const SELECTION_RULE =
  'the same share of every module, first those that a docstring or comment describes';

const isDescribed = (test) => test.metadata.docstring !== '' || test.metadata.comment !== '';

const hashOf = (id) => createHash('sha256').update(id).digest('hex');

/** Orders a module's tests: described ones first, otherwise as the hash of the id decides. */
function rank(members) {
  const keyed = members.map((test) => ({
    test,
    key: `${isDescribed(test) ? 0 : 1}${hashOf(test.id)}`,
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Chooses `count` of the tests, or all when there are no more, and returns them in their original
 * order. Each test stands somewhere in its module, as a fraction of it; those of the smallest
 * fractions are taken. The choice depends on the tests alone, not on their order.
 */
export function selectTests(tests, count) {
  if (count >= tests.length) return tests;
  const modules = new Map();
  for (const test of tests) {
    if (!modules.has(test.domain)) modules.set(test.domain, []);
    modules.get(test.domain).push(test);
  }
  const placed = [...modules.values()].flatMap((members) =>
    rank(members).map(({ test, key }, place) => ({
      test,
      key,
      fraction: (place + 0.5) / members.length,
    })),
  );
  placed.sort((a, b) => a.fraction - b.fraction || (a.key < b.key ? -1 : 1));
  const chosen = new Set(placed.slice(0, count).map(({ test }) => test));
  return tests.filter((test) => chosen.has(test));
}
