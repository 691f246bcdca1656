// The thirty days in a short form: everything is measured, and a run that was cut short goes on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Case } from '../case.mjs';
import { armsOf } from '../contenders.mjs';
import { parsePlan } from '../plan.mjs';
import { loadSource } from '../source.mjs';

const script = fileURLToPath(new URL('../main.mjs', import.meta.url));
const folder = await mkdtemp(path.join(os.tmpdir(), 'damask-churn-test-'));
test.after(() => rm(folder, { recursive: true }));

const short = [
  ...['--count', '5000', '--dimension', '16', '--start', '3500', '--queries', '40', '--own', '40'],
  ...['--days', '3', '--drift', '1,2', '--double', '2', '--compare-every', '2', '--passes', '1'],
  ...['--rates', '10', '--deletes', 'random', '--seeds', '1', '--sides', 'damask'],
  ...['--arms', 'off,primitives,rule', '--state', path.join(folder, 'state')],
];
const counted = ({ recall, distances, tombstones, memoryBytes }) => [
  ...[recall, distances, tombstones, memoryBytes],
];
const run = (...given) => promisify(execFile)(process.execPath, [script, ...short, ...given]);

test('each day has figures of each arm, and a cut run goes on to the same', async () => {
  const whole = path.join(folder, 'whole.json');
  const { stdout } = await run('--json', whole);
  const report = JSON.parse(await readFile(whole, 'utf8'));
  assert.equal(report.complete, true);
  const [{ days }] = report.cases;
  assert.deepEqual(
    days.map(({ day, compared }) => [day, compared]),
    [0, 1, 2, 3].map((day) => [day, day !== 1]),
  );
  for (const { day, compared, live, truthAgreement, fresh, sides } of days) {
    assert.equal(live, 3500);
    assert.deepEqual(
      sides.map(({ arm }) => arm),
      ['off', 'primitives', 'rule'],
    );
    assert.equal(fresh.length, compared ? 1 : 0);
    if (compared) assert.ok(truthAgreement > 0.99, `day ${day}: ${truthAgreement}`);
    for (const row of [...fresh, ...sides]) {
      assert.ok(row.recall > 0.7 && row.recall <= 1 && row.distances > 0 && row.memoryBytes > 0);
      assert.ok(row.selfMiss >= 0 && row.unreachable >= 0 && row.count === live);
      if (compared) assert.ok(row.p50Us > 0 && row.p50Us <= row.p95Us && row.p95Us <= row.p99Us);
    }
  }
  const tombstones = (arm) =>
    days.map(({ sides }) => sides.find((row) => row.arm === arm).tombstones);
  assert.deepEqual(tombstones('off'), [0, 385, 770, 1155]);
  assert.deepEqual(tombstones('rule'), [0, 385, 770, 0]);
  assert.deepEqual(tombstones('primitives'), [0, 0, 0, 0]);
  const rule = days[3].sides[2];
  assert.deepEqual(rule.repair.actions, ['rebuild']);
  assert.ok(rule.before.distances > 0 && rule.before.memory > 0 && !('before' in days[3].sides[0]));
  assert.ok(rule.repair.busyMs > 0 && rule.during.p99Ratio > 0 && rule.during.recall > 0.7);
  assert.ok(report.summary.length === 3 && stdout.includes('prevented'));
  const left = await readdir(path.join(folder, 'state'));
  for (const id of left)
    assert.deepEqual(await readdir(path.join(folder, 'state', id)), ['initial-1.damask']);

  // As it was after day 1. What that day has left is gone, so the case begins again.
  const cut = path.join(folder, 'cut.json');
  report.cases[0].days.length = 2;
  report.cases[0].isComplete = false;
  await writeFile(cut, JSON.stringify(report));
  await run('--json', cut);
  const again = JSON.parse(await readFile(cut, 'utf8'));
  const figures = (it) => it.cases[0].days.map(({ sides }) => sides.map(counted));
  assert.deepEqual(figures(again), figures(JSON.parse(await readFile(whole, 'utf8'))));
  await assert.rejects(run('--json', cut, '--ef', '50'), /is of another plan/);
});

test('the store that looks after itself is measured as the others are', async () => {
  const json = path.join(folder, 'on.json');
  await run('--json', json, '--arms', 'on', '--days', '2');
  const { cases, summary } = JSON.parse(await readFile(json, 'utf8'));
  const [{ days }] = cases;
  const rows = days.map(({ sides }) => sides[0]);
  for (const { arm, recall, unreachable, count } of rows) {
    assert.equal(arm, 'on');
    assert.equal(count, 3500);
    assert.ok(recall > 0.7 && unreachable >= 0);
  }
  // Nothing but its own doing takes the tombstones of 770 changes away.
  assert.ok(rows[2].tombstones < 770);
  const done = rows.flatMap(({ repair }) => repair?.actions ?? []);
  assert.ok(done.includes('compact') || done.includes('rebuild'), done.join());
  assert.ok(rows[2].before.distances !== undefined && rows[2].during.searches > 0);
  assert.equal(summary[0].arm, 'on');
});

test('a budget that is used up leaves out what it says', async () => {
  const json = path.join(folder, 'budget.json');
  const { stdout } = await run('--json', json, '--budget-minutes', '0');
  const { complete, leftOut, cases } = JSON.parse(await readFile(json, 'utf8'));
  assert.equal(complete, false);
  assert.deepEqual(leftOut, ['seed 1, 10% a day, random: days 0 to 3']);
  assert.deepEqual(cases, []);
  assert.match(stdout, /left out: seed 1/);
});

test('a case goes on with what a day has left', async () => {
  const { source: from, plan } = parsePlan(short, {});
  const source = await loadSource(from);
  const arms = armsOf({ arms: ['off', 'rule'], sides: ['damask'] });
  const key = { seed: 1, rate: 10, deletes: 'cluster' };
  const daysOf = async (state, isCut) => {
    let it = new Case({ key, source, plan, arms, state });
    const days = [await it.begin()];
    while (days.length <= plan.days) {
      if (isCut) {
        await it.close({ remove: false });
        it = new Case({ key, source, plan, arms, state });
        await it.resume(days);
      }
      days.push(await it.nextDay());
      await it.forget();
    }
    await it.close({ remove: true });
    return days.map(({ sides }) => sides.map(counted));
  };
  const whole = await daysOf(path.join(folder, 'whole'), false);
  assert.deepEqual(await daysOf(path.join(folder, 'pieces'), true), whole);
});
