import assert from 'node:assert/strict';
import test from 'node:test';

import { median, nearestRows, recall } from '../lib/measure.mjs';

test('the median is not moved by an outlier and leaves its input alone', () => {
  const values = [5, 1, 1000, 3, 2];
  assert.equal(median(values), 3);
  assert.deepEqual(values, [5, 1, 1000, 3, 2]);
});

test('neighbours by cosine whatever their length, ties to the smaller row', () => {
  const vectors = Float32Array.of(0, 1, 10, 10, 1, 0, 1, 1);
  assert.deepEqual(nearestRows(vectors, Float32Array.of(1, 1), 3), [1, 3, 0]);
});

test('recall is the share of the true neighbours that was found', () => {
  const truth = [
    ['a', 'b'],
    ['c', 'd'],
  ];
  assert.equal(
    recall(truth, [
      [{ id: 'b' }, { id: 'a' }],
      [{ id: 'c' }, { id: 'd' }],
    ]),
    1,
  );
  assert.equal(
    recall(truth, [
      [{ id: 'b' }, { id: 'x' }],
      [{ id: 'c' }, { id: 'd' }],
    ]),
    0.75,
  );
  assert.equal(recall(truth, [[], []]), 0);
});
