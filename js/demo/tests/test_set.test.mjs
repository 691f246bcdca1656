import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { setKey, writeTestSet } from '../lib/test_set.mjs';

const TESTS = [
  { id: 'm.test_a', type: 'test', domain: 'm', text: 'a', content: 'A', metadata: { line: 1 } },
  { id: 'm.test_b', type: 'test', domain: 'm', text: 'b', content: 'B', metadata: { line: 2 } },
];

test('the key changes with the model, a text, a field and the order', () => {
  const changed = (field, value) => [{ ...TESTS[0], [field]: value }, TESTS[1]];
  const keys = [
    setKey('model-1', TESTS),
    setKey('model-2', TESTS),
    setKey('model-1', changed('text', 'c')),
    setKey('model-1', changed('metadata', { line: 3 })),
    setKey('model-1', [TESTS[1], TESTS[0]]),
    setKey('model-1', TESTS.slice(1)),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(setKey('model-1', structuredClone(TESTS)), keys[0]);
});

test('patterns and vectors stand row by row, without the embedded text', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'damask-demo-'));
  try {
    const vectorOf = (text) => Float32Array.of(text.charCodeAt(0), 0.5);
    const set = await writeTestSet(folder, 'model-1', TESTS, vectorOf);
    const lines = (await readFile(set.patterns, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ id }) => id),
      ['m.test_a', 'm.test_b'],
    );
    assert.equal('text' in lines[0], false);
    const bytes = await readFile(set.vectors);
    assert.deepEqual(
      [0, 4, 8, 12].map((at) => bytes.readFloatLE(at)),
      [97, 0.5, 98, 0.5],
    );
    const again = await writeTestSet(folder, 'model-1', TESTS, () => assert.fail('written twice'));
    assert.deepEqual(again, set);
    assert.deepEqual(await readdir(folder), [`set-${set.key}`]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
