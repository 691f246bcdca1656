import assert from 'node:assert/strict';
import test from 'node:test';
import { covers, expectedAt } from '../lib/health/baseline.js';
import { decide, shareFor, worsened } from '../lib/health/ladder.js';
import { faultsOf, judge, reasonsOf } from '../lib/health/states.js';

const share = (value, spread = 0.005, trials = 500) => ({
  ...{ value, low: Math.max(0, value - spread), high: Math.min(1, value + spread), trials },
});
const well = { live: 10_000, tombstones: 0 };
const probeEf = 100;
const baseline = {
  at: 0,
  slots: 10_000,
  ef: 100,
  probeEf,
  recall: 0.98,
  selfMisses: 0.001,
  distances: 800,
};
const expected = expectedAt(baseline, 10_000);
const codes = (standings) => reasonsOf(standings).map(({ code }) => code);
const after = (readings, from = {}) => readings.reduce(judge, from);

test('a reason is given after two readings in a row, and taken back after three', () => {
  const bad = { ...well, expected, recall: share(0.95) };
  const good = { ...well, expected, recall: share(0.98) };
  assert.deepEqual(codes(after([bad])), []);
  assert.deepEqual(codes(after([bad, good, bad])), []);
  const standing = after([bad, bad]);
  assert.deepEqual(codes(standing), ['LOW_RECALL']);
  assert.deepEqual(codes(after([good, good], standing)), ['LOW_RECALL']);
  assert.deepEqual(codes(after([good, good, bad, good, good], standing)), ['LOW_RECALL']);
  assert.deepEqual(codes(after([good, good, good], standing)), []);
});

test('work takes a larger part of the time the more tombstones there are', () => {
  assert.equal(shareFor(10_000, 0), 0.25);
  assert.equal(shareFor(10_000, 200), 0.25, 'where a compaction is not wanted yet');
  assert.equal(shareFor(12_000, 300), 0.4375);
  assert.equal(shareFor(10_000, 400), 1);
  assert.equal(shareFor(10_000, 9_000), 1);
  assert.equal(shareFor(100, 255), 0.25, 'few are no matter in a small store');
  assert.equal(shareFor(0, 256), 1, 'in a store that was emptied all is waste');
});

test('between the two thresholds a reason stays as it is', () => {
  const at = (value) => ({ ...well, expected, recall: share(value) });
  // 0.98 - (value + 0.005), in hundredths: 1.01, then 0.8, then 0.49.
  const standing = after([at(0.9649), at(0.9649)]);
  assert.deepEqual(codes(standing), ['LOW_RECALL']);
  const between = [at(0.967), at(0.967), at(0.967), at(0.967)];
  assert.deepEqual(codes(after(between, standing)), ['LOW_RECALL']);
  assert.deepEqual(codes(after(between)), []);
  const over = [at(0.9701), at(0.9701), at(0.9701)];
  assert.deepEqual(codes(after(over, standing)), []);
});

test('what was not measured, or of too few, changes nothing', () => {
  const standing = after([1, 2].map(() => ({ ...well, expected, recall: share(0.9) })));
  const unknown = [1, 2, 3, 4].map(() => well);
  assert.deepEqual(codes(after(unknown, standing)), ['LOW_RECALL']);
  const few = [1, 2, 3].map(() => ({ ...well, expected, recall: share(0.5, 0.1, 29) }));
  assert.deepEqual(codes(after(few)), []);
  assert.deepEqual(codes(after(few.map((it) => ({ ...it, recall: share(0.5, 0.1, 30) })))), [
    'LOW_RECALL',
  ]);
});

test('much worse is critical, and comes first', () => {
  const reading = { ...well, tombstones: 3000, expected, recall: share(0.5) };
  const standing = after([reading, reading]);
  const reasons = reasonsOf(standing);
  assert.deepEqual(
    reasons.map(({ code, isCritical }) => [code, isCritical]),
    [
      ['LOW_RECALL', true],
      ['TOMBSTONES', false],
    ],
  );
  for (const { message } of reasons) assert.match(message, /heal\(\)|optimize\(\)/u);
  const better = { ...reading, recall: share(0.95) };
  const level = reasonsOf(after([better, better, better], standing));
  assert.equal(level.find(({ code }) => code === 'LOW_RECALL').isCritical, false);
});

test('each fault begins where it is said to', () => {
  const begins = (code, below, at) => {
    assert.equal(faultsOf({ ...well, expected, ...below }).has(code), false, `${code} below`);
    assert.equal(faultsOf({ ...well, expected, ...at }).has(code), true, `${code} at`);
  };
  begins('UNREACHABLE', { unreachable: 0 }, { unreachable: 1 });
  begins('MORE_DISTANCES', { distances: 999 }, { distances: 1000 });
  begins('TOMBSTONES', { tombstones: 1999 }, { tombstones: 2000 });
  begins('TOMBSTONES', { live: 100, tombstones: 255 }, { live: 100, tombstones: 256 });
  begins('SLOW', { p99Ms: 1.99, targetP99Ms: 2 }, { p99Ms: 2, targetP99Ms: 2 });
  begins('SLOW', { p99Ms: 50 }, { p99Ms: 50, targetP99Ms: 2 });
  begins(
    'SELF_MISSES',
    { selfMisses: { value: 0.02, low: 0.01, high: 0.03, trials: 900 } },
    { selfMisses: { value: 0.02, low: 0.012, high: 0.03, trials: 900 } },
  );
  // Against what is asked for, where something is.
  begins('LOW_RECALL', { recall: share(0.98) }, { recall: share(0.98), targetRecall: 0.999 });
});

test('what is expected grows with the logarithm of the size, within four times of it', () => {
  const larger = expectedAt(baseline, 100_000_000);
  assert.ok(Math.abs(larger.distances - 1600) < 1e-9);
  assert.ok(Math.abs(larger.recall - 0.96) < 1e-9);
  assert.ok(Math.abs(larger.selfMisses - 0.002) < 1e-9);
  assert.equal('recall' in expectedAt({ ...baseline, recall: undefined }, 10_000), false);
  assert.ok(covers(baseline, 40_000, probeEf) && covers(baseline, 2500, probeEf));
  assert.ok(!covers(baseline, 40_001, probeEf) && !covers(baseline, 2499, probeEf));
});

const need = (reading, fields = {}) => ({
  reading: { ...well, expected, ...reading },
  faults: faultsOf({ ...well, expected, ...reading }),
  tried: new Set(),
  mayRaiseEf: false,
  journalBytes: 0,
  ...fields,
});
const chosen = (reading, fields) => decide(need(reading, fields))?.kind;

test('nothing is done for a store that is well', () => {
  assert.equal(chosen({}), undefined);
  assert.equal(chosen({ recall: share(0.98), selfMisses: share(0), unreachable: 0 }), undefined);
});

test('tombstones are taken away from a fiftieth on, where they are not few', () => {
  assert.equal(chosen({ live: 20_000, tombstones: 400 }), undefined);
  assert.equal(chosen({ live: 20_000, tombstones: 401 }), 'compact');
  assert.equal(chosen({ live: 1000, tombstones: 255 }), undefined);
  assert.equal(chosen({ live: 1000, tombstones: 256 }), 'compact');
  assert.equal(chosen({ tombstones: 101, recall: share(0.9) }), 'compact');
  assert.equal(chosen({ tombstones: 99, recall: share(0.9) }), 'rebuild');
});

test('the ladder is climbed from its cheapest rung, each once', () => {
  const reading = { tombstones: 800, unreachable: 5, recall: share(0.9) };
  const rungs = [];
  const tried = new Set();
  for (;;) {
    const decision = decide(need(reading, { tried, mayRaiseEf: true }));
    if (decision === undefined) break;
    assert.ok(decision.because.length > 10);
    rungs.push(decision.kind);
    tried.add(decision.kind);
  }
  assert.deepEqual(rungs, ['raise-ef', 'repair', 'compact', 'rebuild']);
  assert.equal(chosen({ unreachable: 1 }), 'repair');
  assert.equal(chosen({ unreachable: 1 }, { tried: new Set(['repair']) }), 'rebuild');
  assert.equal(chosen({ distances: 1200 }), 'rebuild');
});

test('recall below a wish that the graph never met is no reason to build it anew', () => {
  const reading = { recall: share(0.98), targetRecall: 0.999 };
  assert.ok(faultsOf({ ...well, expected, ...reading }).has('LOW_RECALL'));
  assert.equal(chosen(reading), undefined);
  assert.equal(chosen(reading, { mayRaiseEf: true }), 'raise-ef');
  // Nor is what fewer candidates find than the baseline's.
  const { recall: _, ...others } = expected;
  const fewer = { recall: share(0.9), targetRecall: 0.97, expected: others, keepsFewer: true };
  assert.ok(faultsOf({ ...well, ...fewer }).has('LOW_RECALL'));
  assert.equal(chosen(fewer), undefined);
  assert.equal(chosen({ ...fewer, keepsFewer: false }), 'rebuild');
});

test('a baseline of other candidates, or of nobody knows how many, does not speak of these', () => {
  assert.equal(covers(baseline, 10_000, 200), false);
  assert.equal(covers({ ...baseline, probeEf: undefined }, 10_000, 100), false);
});

test('self misses are not judged before there is a baseline', () => {
  const selfMisses = share(0.3);
  assert.equal(faultsOf({ ...well, selfMisses }).size, 0);
  assert.ok(faultsOf({ ...well, selfMisses, expected }).has('SELF_MISSES'));
});

test('a long journal is replaced, where there is storage', () => {
  assert.equal(chosen({}, { journalBytes: 101, journalLimit: 100 }), 'snapshot');
  assert.equal(chosen({}, { journalBytes: 100, journalLimit: 100 }), undefined);
  assert.equal(chosen({}, { journalBytes: 101 }), undefined);
});

test('what became worse is told, when it certainly did', () => {
  const of = (recall, misses, distancesPerSearch) => ({
    ...{ recall: share(recall), selfMisses: share(misses), figures: { distancesPerSearch } },
  });
  const before = of(0.95, 0.01, 500);
  assert.equal(worsened(before, before), undefined);
  assert.equal(worsened(before, of(0.931, 0.01, 500)), undefined);
  assert.match(worsened(before, of(0.929, 0.01, 500)), /recall fell/u);
  assert.match(worsened(before, of(0.95, 0.04, 500)), /self misses rose/u);
  assert.match(worsened(before, of(0.95, 0.01, 551)), /distances/u);
  assert.equal(worsened(before, of(0.97, 0.01, 600)), undefined, 'more distances for more results');
  const vague = { ...of(0.9, 0.06, 500), recall: share(0.9, 0.05), selfMisses: share(0.06, 0.05) };
  assert.equal(worsened(before, vague), undefined, 'intervals that meet');
  assert.equal(worsened({ figures: {} }, of(0.5, 0.5, 500)), undefined);
});
