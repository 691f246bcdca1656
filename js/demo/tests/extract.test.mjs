import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('the extractor passes its unit tests', async () => {
  const suite = fileURLToPath(new URL('./test_extract.py', import.meta.url));
  const { stderr } = await promisify(execFile)('/usr/bin/python3', ['-B', suite]);
  assert.match(stderr, /Ran [1-9]\d* tests/);
});
