// A small point is taken apart, and every figure of it is there and makes sense.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../main.mjs', import.meta.url));
const run = (...args) => promisify(execFile)(process.execPath, [script, ...args]);

test('times and counts of a search are beside each other', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'damask-limits-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const json = path.join(folder, 'limits.json');
  const small = ['--count', '5000', '--queries', '40', '--ef', '10,40', '--json', json];
  const { stdout } = await run(...small);
  assert.match(stdout, /ef 40: recall/u);
  const { data, points } = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual([data.vectors, data.queries], [5000, 40]);
  assert.deepEqual(
    points.map(({ ef }) => ef),
    [10, 40],
  );
  for (const point of points) {
    const { recall, distances, p50Us, againP50Us, rowBytes, readSum, counted } = point;
    assert.ok(recall > 0.5 && recall <= 1 && distances > 50);
    assert.ok(againP50Us > 0 && p50Us > 0);
    assert.ok(point.readAtOnceP50Us > 0 && point.readInBatchesP50Us > 0);
    assert.equal(readSum, 0);
    assert.equal(rowBytes, data.dimension / 2);
    assert.ok(counted.instructions > distances && counted.mispredicted > 0);
    assert.ok(counted.bytesFromL2 >= counted.bytesFromMemory && counted.bytesFromMemory >= 0);
  }
  assert.ok(points[1].counted.instructions > points[0].counted.instructions);
  await assert.rejects(run('--ef', '9'), /ef/u);
});
