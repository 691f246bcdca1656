// What the page shows is what the JSON files say, and figures are written as they were measured.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { chartsOf, partsOf } from '../build.mjs';
import { partNames, withParts } from '../document.mjs';
import { figure, micros, table } from '../markdown.mjs';
import { markOf } from '../render.mjs';
import { FOLDER, fastestAt, front, readReports } from '../reports.mjs';

const DOCUMENT = path.join(FOLDER, '../benchmarks.md');

const point = (value, recall, p50Us) => ({ value, recall, p50Us, p99Us: 2 * p50Us, queries: 5 });

const row = (peer, runs, points, more = {}) => ({
  ...{ peer, runs, variant: 'M=16', package: peer, version: '1.0.0', note: `${peer} as it is` },
  ...{
    knob: 'ef',
    points,
    status: 'measured',
    persistence: { kept: 'yes' },
    residentBytes: 2 ** 20,
  },
  ...{ build: { perSecond: 1000 }, at: atOf(points) },
  ...more,
});

const atOf = (points) => ({
  0.95: fastestAt(points, 0.95) ?? null,
  0.99: fastestAt(points, 0.99) ?? null,
});

const PEERS = {
  ...{ name: 'peers-few', benchmark: 'peers', machine: { processor: 'P' } },
  data: { name: 'few', vectors: 1234, dimension: 8, queries: 10 },
  rows: [
    row('damask-native', 'native', [point(10, 0.96, 20), point(20, 0.995, 40)]),
    row('rival', 'native', [point(10, 0.97, 10), point(20, 0.98, 50)]),
    row('gone', 'native', [], {
      status: 'failed',
      reason: 'did not | load',
      persistence: { kept: '-' },
    }),
    row('damask-wasm-simd', 'wasm', [point(10, 0.96, 60)], { residentBytes: 3 * 2 ** 20 }),
  ],
};

const run = (side, m, vectorsPerSecond, residentBytesPerVector, points = []) => ({
  ...{ side, m, vectorsPerSecond, residentBytesPerVector },
  ...{ settings: `M=${m}`, points },
});

test('the page has what the JSON files give, and no picture is missing, left over or stale', async () => {
  const reports = await readReports();
  const text = await readFile(DOCUMENT, 'utf8');
  assert.ok(partNames(text).length > 5);
  assert.equal(text, withParts(text, partsOf(reports)), 'run: toolchains/bootstrap bench plots');
  const charts = chartsOf(reports);
  const pictures = (await readdir(FOLDER)).filter((name) => name.endsWith('.svg'));
  assert.deepEqual(
    pictures.sort(),
    Object.keys(charts)
      .map((name) => `${name}.svg`)
      .sort(),
  );
  for (const [name, spec] of Object.entries(charts)) {
    const svg = await readFile(path.join(FOLDER, `${name}.svg`), 'utf8');
    assert.ok(svg.includes(markOf(spec)), `${name}.svg was drawn from something else`);
  }
});

test('a row of the peers says what was measured, or why nothing was', () => {
  const { peers } = partsOf([PEERS]);
  const lines = peers.split('\n').filter((line) => line.startsWith('| '));
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(' | ')[0]),
    ['| rival', '| damask-native', '| damask-wasm-simd', '| gone'],
  );
  assert.match(
    lines[1],
    /\| 0\.9800 \| 10\.0 \(ef 10\) \| 20\.0 \| - \| never \| 1,000 \| 1 \| yes \|/,
  );
  assert.match(lines[2], /20\.0 \(ef 10\) .* 40\.0 \(ef 20\)/);
  assert.match(lines[2], /slow: 5 of the queries at the least/);
  assert.match(lines[4], /failed: did not \\\| load/);
  assert.match(peers, /few: 1,234 vectors of 8 dimensions, 10 queries; P\./);
});

test('who is ahead is told, and by how much', () => {
  const { losses } = partsOf([PEERS]);
  assert.match(losses, /\| native, few \| p50 us at recall 0\.95 \| rival \| 10\.0 \| 20\.0 \|/);
  assert.doesNotMatch(losses, /0\.99/);
  assert.equal(partsOf([]).losses, '');
  const alone = { ...PEERS, rows: PEERS.rows.filter(({ peer }) => peer !== 'rival') };
  assert.equal(partsOf([alone]).losses, 'Nobody, in what was measured.');
});

test('what was aimed at stands beside what was measured', () => {
  const search = {
    ...{ name: 'search-few', benchmark: 'search', machine: {}, data: { name: 'few', vectors: 9 } },
    runs: [
      run('damask', 32, 600, 108, [point(10, 0.96, 9)]),
      run('damask', 16, 500, 90, [point(10, 0.96, 10)]),
      run('hnswlib', 16, 200, 180, [point(10, 0.96, 85)]),
      run('hnswlib', 32, 150, 200, [point(10, 0.96, 75)]),
    ],
    equalRecall: [{ recall: 0.95, rival: 'hnswlib', p50Ratio: 4.256 }],
    twoThreads: { ratio: 1.95 },
    snapshot: { openWarmMs: 120 },
  };
  const filters = {
    ...{ name: 'filters-few', benchmark: 'filters', machine: {}, data: { name: 'few' } },
    rows: [
      { percent: 1, recall: 1, ratio: 0.51 },
      { percent: 1, recall: 0.994, ratio: 0.62 },
      { percent: 50, recall: 0.5, ratio: 9 },
    ],
  };
  const { goals } = partsOf([search, PEERS, filters]);
  for (const [what, value] of [
    ['at recall >= 0.95, hnswlib', '4.26'],
    ['with M = 16, damask', '0.50'],
    ['with M = 16, hnswlib', '7.50'],
    ['with M = 32 (the default)', '0.54'],
    ['the least recall', '0.99'],
    ['the largest p50', '0.62'],
    ['build rate', '3.00'],
    ['two threads', '1.95'],
    ['opening', '0.12'],
  ])
    assert.ok(
      goals.split('\n').some((line) => line.includes(what) && line.includes(`| ${value} |`)),
      `${what} in ${goals}`,
    );
  assert.doesNotMatch(goals, />= 0\.99/);
});

test('rows of any figures become tables, one for each kind', () => {
  const report = { benchmark: 'life', name: 'life', data: { name: 'few' }, machine: {}, rows: [] };
  report.rows = [
    { what: 'filter', p50Us: 12.345, recall: 0.98765, deep: { a: 1 } },
    { what: 'filter', p50Us: 1234.5, error: null },
    { what: 'insert', count: 12345 },
  ];
  assert.equal(
    partsOf([report]).life,
    [
      '### few',
      '**filter**',
      '| p50 us | recall | error |\n|--:|--:|--:|\n| 12.3 | 0.9877 | - |\n| 1,235 | - | - |',
      '**insert**',
      '| count |\n|--:|\n| 12,345 |',
    ].join('\n\n'),
  );
});

test('thirty days have tables of the last, and a picture for each rate', () => {
  const row = (arm, p50Us) => ({
    ...{ side: 'damask', arm, recall: 0.9, p50Us, p95Us: p50Us, p99Us: p50Us, memoryBytes: 10 },
  });
  const report = {
    ...{ name: 'churn-few', benchmark: 'churn', machine: {} },
    data: { name: 'few', vectors: 9, dimension: 2, queries: 3 },
    plan: {
      ...{ start: 5, days: 2, sides: ['damask'], backend: 'native' },
      ...{ m: 32, ef: 40, hnswlibM: 16, hnswlibEf: 64 },
    },
    leftOut: ['seed 2, 5% a day, random: days 1 to 2'],
    summary: [
      {
        ...{ rate: 5, deletes: 'random', side: 'damask', arm: 'on', seeds: 3 },
        ...{
          actions: 4,
          busyMs: 1234,
          longestPauseMs: 1.234,
          machineStallMs: 0.456,
          longestCollectionMs: 0.789,
          peakBytes: 2 ** 21,
          during: { p50: { value: 1.01 }, p99: { value: 1.06 } },
          duringP99Ratio: 1.1,
        },
        degradation: { p50: { value: 0.0312, low: 0.02, high: 0.04 }, memory: { value: 0.01 } },
        worst: { p50: 0.0777 },
        before: { p50: { value: 0.0432, low: 0.03, high: 0.05 } },
        prevented: { p50: { value: 0.97, low: 0.96, high: 0.98 } },
      },
    ],
    cases: [
      {
        ...{ seed: 1, rate: 5, deletes: 'random' },
        days: [
          { day: 0, compared: true, truthAgreement: 0.995, fresh: [row('', 10)], sides: [] },
          {
            ...{ day: 2, compared: true, generatedFrom: 2 },
            ...{ fresh: [row('', 10)], sides: [row('off', 15)] },
          },
        ],
      },
    ],
  };
  const { churn, goals } = partsOf([report]);
  const line = '| 5% | random | damask on | 3 | - | 3.12% (2.00% to 4.00%) |';
  assert.ok(churn.includes(line), churn);
  assert.match(churn, /\| 5% \| random \| damask on \| 3 \| - \| 7\.77% \| - \|/);
  assert.match(churn, /\| - \| 4\.32% \(3\.00% to 5\.00%\) \|/);
  assert.match(churn, /\| - \| 97\.00% \(96\.00% to 98\.00%\) \|/);
  assert.match(
    churn,
    /\| 4\.0 \| 1,234 \| 1\.23 \| 0\.79 \| 0\.46 \| 2 \| 1\.01 \| 1\.06 \| 1\.10 \|/,
  );
  assert.match(churn, /generated: at 5% a day from day 2\./);
  assert.match(churn, /at least 99\.50% of the truth too/);
  assert.match(churn, /Not measured: seed 2, 5% a day, random: days 1 to 2\./);
  assert.match(churn, /!\[churn-few: 5-percent\]\(benchmarks\/churn-few-5-percent\.svg\)/);
  assert.match(goals, /on day 2, the worst of all axes \| at most 0\.05 \| 0\.031 \|/);
  assert.match(goals, /before an evening's repair, .* \| at most 0\.05 \| 0\.043 \|/);
  assert.match(goals, /prevented, the least of all axes \| at least 0\.98 \| 0\.97 \|/);
  assert.match(goals, /native, ms \| at most 2 \| 1\.23 \|/);
  assert.match(goals, /during an evening's repair, .* \| at most 1\.05 \| 1\.06 \|/);
  const drawn = JSON.stringify(chartsOf([report])['churn-few-5-percent']);
  assert.match(drawn, /"day":2,"value":0\.5/);
});

test('pauses are a table, and the longest of each backend is beside an idle loop', () => {
  const row = (backend, sliceLongestMs, idleLongestMs) => ({
    ...{ backend, removed: 'random', work: 'compact', slices: 1234 },
    ...{ sliceLongestMs, sliceLongestOfBestRoundMs: sliceLongestMs / 2, idleLongestMs },
  });
  const report = {
    ...{ name: 'pauses-few', benchmark: 'pauses', machine: {} },
    ...{ data: { name: 'few', vectors: 9, dimension: 2 }, rounds: 3 },
    rows: [row('native', 1.234, 1.5), row('native', 1.111, 1.75), row('wasm-simd', 7, 5.25)],
  };
  const { pauses, goals } = partsOf([report]);
  assert.match(pauses, /few: 9 vectors of 2 dimensions;/);
  assert.ok(pauses.includes('| native | random | compact | 1,234 | 1.23 | 0.62 | 1.50 |'), pauses);
  assert.match(goals, /beside it 1\.75 \| at most 2 \| 1\.23 \|/);
  assert.match(goals, /beside it 5\.25 \| at most 10 \| 7\.00 \|/);
  assert.match(goals, /healing, wasm-simd, in the best of 3 .* \| at most 10 \| 3\.50 \|/);
});

test('a front keeps what no other point beats', () => {
  const points = [point(1, 0.9, 10), point(2, 0.95, 9), point(3, 0.99, 30), point(4, 0.98, 31)];
  assert.deepEqual(
    front(points).map(({ value }) => value),
    [2, 3],
  );
});

test('figures are rounded, not changed', () => {
  assert.deepEqual(
    [1234567.4, 999, 0].map((it) => figure(it)),
    ['1,234,567', '999', '0'],
  );
  assert.deepEqual([1.234, 12.34, 123.4, 12345.6].map(micros), ['1.23', '12.3', '123', '12,346']);
  assert.equal(figure(undefined), '-');
  assert.equal(table([['a', () => 'x|y', 'left']], [1]), '| a |\n|---|\n| x\\|y |');
});

test('parts are replaced between their marks, and nothing else', () => {
  const text = 'a\n<!-- x -->\nold\n<!-- end x -->\nb\n';
  const replaced = 'a\n<!-- x -->\n\nnew\n\n<!-- end x -->\nb\n';
  assert.equal(withParts(text, { x: 'new' }), replaced);
  assert.equal(withParts(replaced, { x: 'new' }), replaced);
  assert.equal(withParts(text, { x: '' }), 'a\n<!-- x -->\n<!-- end x -->\nb\n');
  assert.throws(() => withParts(text, {}), /a part "x" that nothing makes/);
});
