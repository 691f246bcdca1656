import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../make_data.mjs', import.meta.url));
const run = (...parameters) =>
  spawnSync(process.execPath, [SCRIPT, ...parameters], { encoding: 'utf8' });

test('make_data.mjs explains itself', () => {
  const { status, stdout, stderr } = run('--help');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^Usage: node /);
});

test('make_data.mjs refuses what it does not know, with the usage', () => {
  for (const parameter of ['--snap', 'tests.damask']) {
    const { status, stderr } = run(parameter);
    assert.equal(status, 2);
    assert.match(stderr, /^error: .*\n\nUsage: node /s);
  }
});

test('make_data.mjs names the snapshot that is missing', () => {
  const { status, stderr } = run('--snapshot', '/no/such/file');
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: \/no\/such\/file is missing: "toolchains\/bootstrap demo" makes it/,
  );
});
