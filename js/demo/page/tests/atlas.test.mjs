import assert from 'node:assert/strict';
import test from 'node:test';

import { EXTENT, FIELDS, makeAtlas } from '../lib/atlas.mjs';
import { findRegions } from '../lib/regions.mjs';

const PER_POINT = 2 + FIELDS.length;

/** A store of patterns around a few directions, one per domain; as much of it as is asked for. */
function storeOf(domains, each) {
  const patterns = Array.from({ length: domains * each }, (_, row) => {
    const angle = Math.floor(row / each) + ((row % each) / each) * 0.05;
    return {
      id: `pattern ${row}`,
      domain: `domain ${Math.floor(row / each)}`,
      type: row % 2 ? 'odd' : 'even',
      embedding: [Math.cos(angle), Math.sin(angle)],
    };
  });
  const cosine = (a, b) => a[0] * b[0] + a[1] * b[1];
  return {
    patterns: () => patterns,
    searchSimilar: async (query, { k }) =>
      patterns
        .map((pattern) => ({ pattern, score: cosine(query, pattern.embedding) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, k),
    getStats: async () => ({ dimension: 2 }),
  };
}

test('the same store gives the same map, with each pattern and its fields once', async () => {
  const { index, points } = await makeAtlas(storeOf(4, 20));
  assert.deepEqual(await makeAtlas(storeOf(4, 20)), { index, points });
  assert.equal(index.dimension, 2);
  assert.deepEqual(
    index.ids,
    Array.from({ length: 80 }, (_, row) => `pattern ${row}`),
  );
  assert.deepEqual(index.fields.type, [
    ['even', 40],
    ['odd', 40],
  ]);
  assert.deepEqual(index.fields.framework, [['', 80]]);
  assert.equal(points.length, 80 * PER_POINT);
  const [, , domain, framework, type] = points.subarray(21 * PER_POINT);
  assert.deepEqual([domain, framework, type], [1, 0, 1]);
});

test('patterns that are alike lie together', async () => {
  const [domains, each] = [4, 20];
  const { points } = await makeAtlas(storeOf(domains, each));
  const place = (row) => [points[row * PER_POINT], points[row * PER_POINT + 1]];
  const distance = (a, b) => Math.hypot(...place(a).map((value, i) => value - place(b)[i]));
  let [near, far] = [0, 0];
  for (let row = 0; row < domains * each; row += 1) {
    const others = [...Array(domains * each).keys()].filter((other) => other !== row);
    others.sort((a, b) => distance(row, a) - distance(row, b));
    const alike = others.slice(0, 5).filter((b) => Math.floor(b / each) === Math.floor(row / each));
    near += alike.length;
    far += 5 - alike.length;
  }
  assert.ok(near > 9 * far, `${near} of the nearest are of the same domain, ${far} are not`);
  assert.ok(points.every((value) => value <= EXTENT));
});

test('too few patterns for a map are refused', async () => {
  await assert.rejects(makeAtlas(storeOf(1, 2)), /2 patterns are too few/);
});

test('a region is a domain whose patterns lie together', () => {
  const group = (domain, size, spread) =>
    Array.from({ length: size }, (_, i) => ({ domain, x: 0.5 + spread * (i / size), y: 0.25 }));
  const regions = findRegions([
    ...group('small', 4, 0),
    ...group('close', 6, 0.01),
    ...group('scattered', 9, 0.5),
    ...group('large', 7, 0.02),
  ]);
  assert.deepEqual(
    regions.map(({ domain }) => domain),
    ['large', 'close'],
  );
  assert.ok(Math.abs(regions[0].x - 0.51) < 0.01);
});
