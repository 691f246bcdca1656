// The comparison's arithmetic, and that whatever a peer does a row comes of it. No peer is installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { mergedRows } from '../checkpoint.mjs';
import { fastestAt, faultsOf, percentile, pointOf, recallOf } from '../figures.mjs';
import { peersOf } from '../registry.mjs';
import { judged } from '../runner.mjs';

const script = fileURLToPath(new URL('../main.mjs', import.meta.url));
const registry = new URL('./fake_registry.mjs', import.meta.url).href;

function run(...given) {
  const env = { ...process.env, DAMASK_DATA: '' };
  const data = ['--count', '300', '--dimension', '8', '--queries', '20', '--seed', '5'];
  const options = ['--registry', registry, '--point-seconds', '20', ...data, ...given];
  return spawnSync(process.execPath, [script, ...options], { encoding: 'utf8', env });
}

test('recall counts each true row once, among the first k told', () => {
  const truth = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];
  assert.equal(recallOf(truth, truth, 4), 1);
  assert.equal(recallOf([[1, 1, 1, 1], []], truth, 4), 1 / 8);
  assert.equal(
    recallOf(
      [
        [2, 1],
        [9, 5],
      ],
      truth,
      2,
    ),
    3 / 4,
  );
  assert.equal(recallOf([[9, 1, 2]], truth, 2), 1 / 2);
});

test('percentiles are values that were measured', () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(
    [0.5, 0.95, 0.99, 1].map((part) => percentile(sorted, part)),
    [50, 95, 99, 100],
  );
  assert.equal(percentile([7], 0.5), 7);
  const point = pointOf({
    ...{ found: [[1]], truth: [[1]], k: 1, seconds: 0.002 },
    latencies: [30, 10, 20, 1000],
  });
  assert.deepEqual(point, {
    ...{ recall: 1, searches: 4, p50Us: 20, p95Us: 1000, p99Us: 1000 },
    ...{ meanUs: 265, perSecond: 2000 },
  });
});

test('the point at a recall is the fastest that reaches it, or none', () => {
  const points = [
    { recall: 0.9, p50Us: 5 },
    { recall: 0.97, p50Us: 30 },
    { recall: 0.96, p50Us: 20 },
  ];
  assert.equal(fastestAt(points, 0.95).p50Us, 20);
  assert.equal(fastestAt(points, 0.965).p50Us, 30);
  assert.equal(fastestAt(points, 0.99), null);
  assert.equal(fastestAt([], 0.5), null);
});

test('answers that cannot be right are told', () => {
  assert.deepEqual(faultsOf([[0, 1, 2]], 3, 3), []);
  assert.deepEqual(
    faultsOf(
      [
        [0, 1],
        [1, 1, 2],
        [0, 1, 3],
        [0, 1, undefined],
      ],
      3,
      3,
    ),
    [
      '1 of 4 answers have fewer than 3 results',
      '1 of 4 answers tell a row twice',
      '2 of 4 answers name a row that was never stored',
    ],
  );
  const row = { points: [{ recall: 1, p50Us: 1, faults: [] }] };
  assert.equal(judged(row, undefined, { right: 10, of: 10 }).status, 'measured');
  const wrong = judged(row, undefined, { right: 8, of: 10 });
  assert.deepEqual(
    [wrong.status, wrong.reason],
    ['faulty', '2 of 10 stored vectors do not find themselves'],
  );
  assert.equal(judged(row, 'it ended', undefined).status, 'failed');
});

test('a row measured anew takes the place of the older one; what is gone is dropped', () => {
  const row = (peer, variant, value) => ({ peer, variant, value });
  const older = [row('b', 'x', 1), row('a', 'x', 1), row('gone', 'x', 1), row('b', 'gone', 1)];
  const newer = [row('b', 'x', 2), row('b', 'y', 2)];
  const known = [row('a', 'x'), row('a', 'y'), row('b', 'x'), row('b', 'y')];
  assert.deepEqual(mergedRows(older, newer, known), [
    row('a', 'x', 1),
    row('b', 'x', 2),
    row('b', 'y', 2),
  ]);
});

test('every peer of the registry can be listed, and has what a row needs', async () => {
  const peers = await peersOf();
  assert.equal(new Set(peers.map(({ name }) => name)).size, peers.length);
  for (const { name, variants, open } of peers) {
    assert.ok(variants.length > 0 && variants.every((it) => it.name), name);
    assert.equal(typeof open, 'function', name);
  }
});

test('whatever a peer does, a row comes of it', async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-peers-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const json = path.join(directory, 'peers.json');
  const most = 'exact,tunable,kept,forgetful,absent,throwing,dying,untidy';
  const first = run('--json', json, '--only', most);
  assert.equal(first.status, 0, first.stderr);
  assert.equal(run('--json', json, '--only', 'hanging', '--row-seconds', '1').status, 0);
  const { benchmark, data, rows } = JSON.parse(await readFile(json, 'utf8'));
  assert.equal(benchmark, 'peers');
  assert.deepEqual([data.vectors, data.dimension, data.queries, data.k], [300, 8, 20, 10]);
  const row = Object.fromEntries(rows.map((it) => [it.peer, it]));
  assert.deepEqual(
    rows.map(({ peer, status }) => [peer, status]),
    [
      ['exact', 'measured'],
      ['tunable', 'faulty'],
      ['kept', 'measured'],
      ['forgetful', 'measured'],
      ...['absent', 'throwing', 'dying', 'hanging', 'untidy'].map((peer) => [peer, 'failed']),
    ],
  );

  const { exact, tunable } = row;
  assert.deepEqual([exact.version, exact.settings, exact.knob], ['1.2.3', { setting: 7 }, null]);
  assert.equal(exact.points.length, 1);
  assert.equal(exact.points[0].recall, 1);
  assert.equal(exact.points[0].searches, 60);
  assert.deepEqual(exact.at[0.99], exact.points[0]);
  assert.ok(exact.build.perSecond > 0 && Number.isSafeInteger(exact.residentBytes));
  assert.deepEqual(
    tunable.points.map(({ value, recall }) => [value, recall]),
    [
      [1, 0.1],
      [10, 1],
    ],
  );
  assert.match(tunable.reason, /20 of 20 answers have fewer than 10 results/);

  assert.equal(exact.persistence.kept, 'not offered');
  assert.equal(row.kept.persistence.kept, 'changed');
  assert.deepEqual(row.forgetful.persistence, { kept: 'no', reason: 'nothing is there' });
  assert.match(row.absent.reason, /npm left no-such-package out, as its installation failed/);
  assert.equal(row.throwing.reason, 'search is not for today');
  assert.match(row.dying.reason, /SIGABRT|code 134/);
  assert.equal(row.hanging.reason, 'did not end within 1 s');
  assert.equal(existsSync(row.untidy.reason.replace('left something in ', '')), false);
});

test("options out of range, unknown peers and another run's file are refused", async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-peers-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const json = path.join(directory, 'peers.json');
  assert.equal(run('--only', 'exact', '--json', json).status, 0);
  for (const [given, message] of [
    [['-k', '0'], /--k must be a whole number in \[1, 100\], not 0/],
    [['--only', 'redis'], /there is no peer "redis"/],
    [['--only', 'exact', '--json', json, '--count', '200'], /is of another data/],
  ]) {
    const { status, stderr } = run(...given);
    assert.notEqual(status, 0);
    assert.match(stderr, message);
  }
});
