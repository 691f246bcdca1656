// The journal benchmark in its short form: every figure is measured, and none is there without one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../journal.mjs', import.meta.url));
const run = (...given) => promisify(execFile)(process.execPath, [script, ...given]);

test('it measures each backend under each policy with each number of writers, and leaves nothing', async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-journal-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const json = path.join(directory, 'figures.json');
  const { stdout } = await run(
    ...['--without-sqlite', '--upserts', '20', '--rounds', '1', '--dimension', '8'],
    ...[
      '--policies',
      'always,manual',
      '--writers',
      '1,10',
      '--directory',
      directory,
      '--json',
      json,
    ],
  );
  const { rows } = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual(
    rows.map(({ side, policy, writers }) => `${policy}: ${writers} ${side}`),
    ['always: 1', 'always: 10', 'manual: 1', 'manual: 10'].flatMap((it) => [
      `${it} native`,
      `${it} wasm-simd`,
    ]),
  );
  for (const { perSecond, rounds } of rows) {
    assert.ok(perSecond > 0 && rounds.length === 1);
    assert.ok(stdout.includes(String(perSecond)));
  }
  assert.deepEqual(await readdir(directory), ['figures.json']);
});

test('options out of range are refused', async () => {
  for (const given of [
    ['--writers', '0'],
    ['--upserts', '5', '--writers', '6'],
    ['--backends', 'gpu'],
    ['--policies', 'never'],
  ])
    await assert.rejects(run(...given), /must be a whole number|is none of/);
});
