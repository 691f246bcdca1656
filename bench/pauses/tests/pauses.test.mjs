// The pauses in a short form: what is removed, what is timed, and what is refused.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rowOf, Slices } from '../slices.mjs';

const script = fileURLToPath(new URL('../main.mjs', import.meta.url));
const run = (...given) => promisify(execFile)(process.execPath, [script, ...given]);

test('every kind of work has its slices, beside as many of a loop that does nothing', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'damask-pauses-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const json = path.join(folder, 'figures.json');
  await run('--count', '3000', '--dimension', '16', '--rounds', '2', '--json', json);
  const { data, rows } = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual([data.vectors, data.dimension], [3000, 16]);
  const wanted = ['native', 'wasm-simd'].flatMap((backend) =>
    ['random', 'region'].flatMap((removed) =>
      ['census', 'compact', 'repair', 'measure', 'snapshot', 'heal()'].map((work) => [
        backend,
        removed,
        work,
      ]),
    ),
  );
  assert.deepEqual(
    rows.map(({ backend, removed, work }) => [backend, removed, work]),
    wanted,
  );
  for (const row of rows) {
    assert.ok(row.slices >= (row.work === 'census' ? 4 : 2), JSON.stringify(row));
    assert.ok(row.sliceP50Ms <= row.sliceLongestMs && row.idleP50Ms <= row.idleLongestMs);
    assert.ok(row.sliceLongestOfBestRoundMs <= row.sliceLongestMs);
    const isByTurns = ['snapshot', 'heal()'].includes(row.work);
    assert.ok(isByTurns || row.idleP50Ms >= (row.backend === 'native' ? 1 : 5));
  }
});

test('a slice is what lies between two pauses', async () => {
  const slices = new Slices(1);
  const busy = (ms) => {
    for (const began = performance.now(); performance.now() - began < ms;);
  };
  for (const ms of [30, 60]) {
    slices.beginRound();
    await slices.of('work', async ({ sliceMs, pause }) => {
      assert.equal(sliceMs, 1);
      busy(ms);
      await pause();
    });
  }
  const rounds = slices.found.get('work');
  assert.deepEqual(
    rounds.map(({ own, idle }) => [own.length, idle.length]),
    [
      [2, 2],
      [2, 2],
    ],
  );
  assert.ok(rounds[0].own[0] >= 30 && rounds[1].own[0] >= 60);
  assert.ok(rounds.every(({ idle }) => idle.every((ms) => ms >= 1)));
  const row = rowOf(rounds);
  assert.equal(row.slices, 4);
  assert.equal(row.sliceLongestMs, rounds[1].own[0]);
  assert.equal(row.sliceLongestOfBestRoundMs, rounds[0].own[0]);
});

test('waiting for another thread is no slice, and no idle machine', async () => {
  const slices = new Slices(1);
  slices.beginRound();
  let isWaiting = false;
  const work = async ({ pause }) => {
    isWaiting = true;
    await pause(); // a slice that has begun something
    await pause();
    await pause();
    isWaiting = false;
    await pause(); // a slice that went on with it
  };
  await slices.of('work', work, () => isWaiting);
  const [{ own, idle }] = slices.found.get('work');
  assert.deepEqual([own.length, idle.length], [3, 2]);
});

test('what cannot be measured is refused', async () => {
  for (const given of [
    ['--backends', 'gpu'],
    ['--removals', 'all'],
    ['--percent', '91'],
    ['--rounds', '0'],
  ])
    await assert.rejects(run(...given), /is none of|must be a whole number/);
});
