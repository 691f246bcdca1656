// The compaction benchmark in its short form: compactions happen, and every figure is measured.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../compaction.mjs', import.meta.url));
const run = (...given) => promisify(execFile)(process.execPath, [script, ...given]);

test('it measures each backend with and without a compaction, and leaves nothing', async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-compaction-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const json = path.join(directory, 'figures.json');
  const { stdout } = await run(
    ...['--count', '300', '--dimension', '8', '--writes', '3'],
    ...['--directory', directory, '--json', json],
  );
  const { rows } = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual(
    rows.map(({ backend }) => backend),
    ['native', 'wasm-simd'],
  );
  for (const { compactions, openMs, firstSearchMs, phases } of rows) {
    assert.ok(compactions > 0 && openMs > 0 && firstSearchMs > 0);
    assert.equal(phases.length, 4);
    for (const { count, p50, p99, max } of phases) {
      assert.ok(count >= 3 && p50 > 0 && p50 <= p99 && p99 <= max);
      assert.ok(stdout.includes(max.toFixed(2)));
    }
  }
  assert.deepEqual(await readdir(directory), ['figures.json']);
});

test('options out of range are refused', async () => {
  for (const given of [
    ['--count', '0'],
    ['--backends', 'gpu'],
  ])
    await assert.rejects(run(...given), /must be a whole number|is none of/);
});
