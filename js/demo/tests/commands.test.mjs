import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

function run(script, ...parameters) {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  return spawnSync(process.execPath, [path, ...parameters], { encoding: 'utf8' });
}

for (const script of ['prepare.mjs', 'run.mjs']) {
  test(`${script} explains itself`, () => {
    const { status, stdout, stderr } = run(script, '--help');
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: node /);
    assert.equal(stderr, '');
  });

  test(`${script} refuses a flag it does not know, with the usage`, () => {
    const { status, stdout, stderr } = run(script, '--al');
    assert.equal(status, 2);
    assert.match(stderr, /^error: .*--al/);
    assert.match(stderr, /\nUsage: node /);
    assert.equal(stdout, '');
  });

  test(`${script} refuses a number of threads out of range`, () => {
    for (const count of ['0', '5', '1.5', 'two', '']) {
      const { status, stderr } = run(script, `--workers=${count}`);
      assert.equal(status, 2);
      assert.match(stderr, /^error: --workers is '.*': must be a whole number from 1 to 4/);
    }
  });
}

test('run.mjs refuses an empty question', () => {
  const { status, stderr } = run('run.mjs', ' ');
  assert.equal(status, 2);
  assert.match(stderr, /^error: a question is empty/);
});

test('run.mjs names what is not built and how to build it', () => {
  const { status, stderr } = run('run.mjs', '--cli', '/nowhere/damask');
  assert.equal(status, 1);
  assert.match(stderr, /^error: \/nowhere\/damask is missing: .*bootstrap demo.*--cli/);
});

test('prepare.mjs names the package that a library without tests lacks', () => {
  const { status, stderr } = run('prepare.mjs', '--tests', '/nowhere');
  assert.equal(status, 1);
  assert.match(stderr, /libpython3\.11-testsuite/);
});
