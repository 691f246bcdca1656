import { createHash } from 'node:crypto';

/** The rule of `selectTests` in one sentence, for the output. */
export const SELECTION_RULE =
  'first those described by a docstring or a comment, the same share of every module';

const isDescribed = (test) => test.metadata.docstring !== '' || test.metadata.comment !== '';

const hashOf = (id) => createHash('sha256').update(id).digest('hex');

/**
 * Ranks every test by where it stands in its module, as a fraction in (0, 1), in an order that the
 * hash of its id decides. Taking the smallest fractions takes the same share of each module.
 */
function byShareOfModule(tests) {
  const modules = new Map();
  for (const test of tests) {
    if (!modules.has(test.domain)) modules.set(test.domain, []);
    modules.get(test.domain).push(test);
  }
  const ranked = [];
  for (const members of modules.values()) {
    const hashed = members.map((test) => ({ test, hash: hashOf(test.id) }));
    hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    hashed.forEach(({ test, hash }, rank) => {
      ranked.push({ test, hash, fraction: (rank + 0.5) / members.length });
    });
  }
  ranked.sort((a, b) => a.fraction - b.fraction || (a.hash < b.hash ? -1 : 1));
  return ranked.map(({ test }) => test);
}

/**
 * Chooses `count` of the tests, or all when there are no more, and returns them in their original
 * order. The choice depends on the tests alone, not on their order.
 */
export function selectTests(tests, count) {
  if (count >= tests.length) return tests;
  const described = tests.filter(isDescribed);
  const bare = tests.filter((test) => !isDescribed(test));
  const chosen = new Set([...byShareOfModule(described), ...byShareOfModule(bare)].slice(0, count));
  return tests.filter((test) => chosen.has(test));
}
