import assert from 'node:assert/strict';
import test from 'node:test';

import { selectTests } from '../lib/select.mjs';

function makeTest(domain, number, docstring = '', comment = '') {
  return { id: `${domain}.test_${number}`, domain, metadata: { docstring, comment } };
}

const many = (domain, count, docstring) =>
  Array.from({ length: count }, (_, number) => makeTest(domain, number, docstring));

test('all are taken when there are no more', () => {
  const tests = many('a', 3);
  assert.deepEqual(selectTests(tests, 3), tests);
  assert.deepEqual(selectTests(tests, Infinity), tests);
});

test('described tests of a module go first, whichever way they are described', () => {
  const module = [
    ...many('a', 8),
    makeTest('a', 8, 'says it'),
    makeTest('a', 9, '', 'says it too'),
  ];
  assert.deepEqual(
    selectTests(module, 2).map(({ id }) => id),
    ['a.test_8', 'a.test_9'],
  );
});

test('a module that describes its tests gives no more than another', () => {
  const chosen = selectTests([...many('a', 50), ...many('b', 50, 'says it')], 10);
  assert.equal(chosen.filter(({ domain }) => domain === 'a').length, 5);
});

test('every module gives the same share', () => {
  const chosen = selectTests(
    [...many('a', 100, 'd'), ...many('b', 300, 'd'), ...many('c', 600, 'd')],
    100,
  );
  const shares = ['a', 'b', 'c'].map(
    (name) => chosen.filter(({ domain }) => domain === name).length,
  );
  assert.deepEqual(shares, [10, 30, 60]);
});

test('the choice depends neither on the order nor on the run, and keeps the order', () => {
  const tests = [...many('a', 40), ...many('b', 60)];
  const chosen = selectTests(tests, 20).map(({ id }) => id);
  const reversed = selectTests([...tests].reverse(), 20).map(({ id }) => id);
  assert.deepEqual(reversed, [...chosen].reverse());
  assert.deepEqual(
    chosen,
    tests.map(({ id }) => id).filter((id) => chosen.includes(id)),
  );
});
