import assert from 'node:assert/strict';
import test from 'node:test';

import { embedTexts } from '../lib/embed.mjs';
import { DIMENSION } from '../lib/model.mjs';

async function vectorsOf(texts, workers) {
  const vectors = [];
  await embedTexts(texts, workers, (indexes, rows) => {
    indexes.forEach((index, i) => {
      vectors[index] = rows.slice(i * DIMENSION, (i + 1) * DIMENSION);
    });
  });
  return vectors;
}

const dot = (a, b) => a.reduce((sum, component, i) => sum + component * b[i], 0);

test('an embedding does not depend on what it is embedded with, nor on the threads', async () => {
  const words = ['heap', 'file', 'lock', 'socket', 'date', 'regular expression', 'thread'];
  const texts = Array.from(
    { length: 300 },
    (_, i) => `${words[i % 7]} ${words[(i * i) % 5]} number ${i}`,
  );
  const [together, threaded] = [await vectorsOf(texts, 1), await vectorsOf(texts, 2)];
  assert.equal(together.length, texts.length);
  assert.deepEqual(threaded, together);
  const [alone] = await vectorsOf([texts[123]], 1);
  assert.deepEqual(alone, together[123]);
});

test('sentences that mean the same are closer than others', async () => {
  const [asked, same, other] = await vectorsOf(
    ['the connection times out', 'socket: connect timeout', 'calendar: leap years'],
    1,
  );
  assert.ok(dot(asked, same) > dot(asked, other) + 0.1);
});
