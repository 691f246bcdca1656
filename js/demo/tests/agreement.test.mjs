import assert from 'node:assert/strict';
import test from 'node:test';

import { differences } from '../lib/agreement.mjs';

function side(name) {
  const hits = () => [
    [
      { id: 'a', scoreBits: 0x3f7fffff },
      { id: 'b', scoreBits: 0x3f000000 },
    ],
    [
      { id: 'c', scoreBits: 0x3f400000 },
      { id: 'a', scoreBits: 0x3e800000 },
    ],
  ];
  return { name, answers: { graph: hits(), exact: hits() }, sha256: 'ab12' };
}

function differencesAfter(change) {
  const sides = [side('native'), side('wasm simd'), side('wasm scalar')];
  change(sides[2]);
  return differences(sides);
}

test('equal sides have no difference', () => {
  assert.deepEqual(
    differencesAfter(() => {}),
    [],
  );
});

test('one bit of one score is a difference', () => {
  const found = differencesAfter((other) => {
    other.answers.graph[1][0].scoreBits ^= 1;
  });
  assert.equal(found.length, 1);
  assert.match(
    found[0],
    /question 2, graph search, rank 1: native has c .*3f400000.*wasm scalar has c .*3f400001/,
  );
});

test('exact search is compared too', () => {
  const found = differencesAfter((other) => {
    other.answers.exact[0][1].scoreBits ^= 1;
  });
  assert.match(found.join(), /question 1, exact search, rank 2/);
});

test('another id, and another order, is a difference', () => {
  assert.equal(
    differencesAfter((other) => {
      other.answers.graph[0][1].id = 'z';
    }).length,
    1,
  );
  assert.equal(
    differencesAfter((other) => {
      other.answers.graph[0].reverse();
    }).length,
    2,
  );
});

test('a hit too few, a hit too many and a missing question are differences', () => {
  assert.match(
    differencesAfter((other) => {
      other.answers.graph[0].pop();
    })[0],
    /wasm scalar has nothing/,
  );
  const extra = differencesAfter((other) => {
    other.answers.graph[0].push({ id: 'd', scoreBits: 0 });
  });
  assert.match(extra[0], /native has nothing/);
  assert.equal(
    differencesAfter((other) => {
      other.answers.exact.pop();
    }).length,
    2,
  );
});

test('another snapshot is a difference', () => {
  assert.match(
    differencesAfter((other) => {
      other.sha256 = 'ab13';
    })[0],
    /re-saved snapshot/,
  );
});
