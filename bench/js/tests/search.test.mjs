// The search benchmark on a little generated data: figures with their recall, none without.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { BACKENDS } from '../engines.mjs';

const script = fileURLToPath(new URL('../search.mjs', import.meta.url));

/** Without a folder of data, whatever the environment says. */
function run(...given) {
  const env = { ...process.env, DAMASK_DATA: '' };
  return spawnSync(process.execPath, [script, ...given], { encoding: 'utf8', env });
}

test('every figure comes with a recall, which rises to exact search', async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-bench-'));
  t.after(() => rm(directory, { recursive: true }));
  const json = path.join(directory, 'report.json');
  const data = ['--count', '400', '--dimension', '16', '--queries', '50', '--seed', '3'];
  const { status, stdout, stderr } = run(...data, '--ef', '10,400', '--json', json);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /generated, seed 3: 400 vectors of 16 dimensions, 50 queries/);
  const { sets } = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual(
    sets[0].points.map(({ ef, backend }) => [ef, backend]),
    [10, 400].flatMap((ef) => BACKENDS.map((backend) => [ef, backend])),
  );
  for (const { ef, recall, p50Us, p99Us, perSecond } of sets[0].points) {
    assert.ok(ef === 10 ? recall > 0.5 : recall > 0.99, `recall ${recall} at ef ${ef}`);
    assert.ok(p50Us > 0 && p99Us >= p50Us && perSecond > 0);
  }
  for (const backend of BACKENDS)
    assert.match(
      stdout,
      new RegExp(`\n${backend} .*\n +ef +recall@10 +per s +p50 us +p99 us +cpu us\n`),
    );
  assert.match(
    stdout,
    /at recall@10 >= 0\.95: \d+ searches per second, .*\(ef \d+, recall (0\.9|1\.0)/,
  );
});

test('options out of their range are refused', () => {
  for (const [given, message] of [
    [['--ef', '5'], /--ef must be a whole number in \[10, 10000\], not 5/],
    [['--backends', 'native,jit'], /--backends: jit is none of native, wasm-simd, wasm-scalar/],
    [['--passes', '0'], /--passes must be/],
    [['--data', '/nowhere/set'], /ENOENT.*\/nowhere\/set\./],
  ]) {
    const { status, stderr } = run(...given);
    assert.notEqual(status, 0);
    assert.match(stderr, message);
  }
});
