// What happens on the simulated days: fresh vectors, the deletions that were asked for, drift.
import assert from 'node:assert/strict';
import test from 'node:test';
import { generateDataset } from '../../js/dataset.mjs';
import { chanceOf } from '../chance.mjs';
import { assigned, centresOf, groupsOf } from '../clusters.mjs';
import { DELETES, Trace } from '../trace.mjs';
import { dot, nearestKeys, normalised } from '../vectors.mjs';

const SEED = Number(process.env.DAMASK_TEST_SEED ?? 1);
console.log(`seed ${SEED}`);

const set = generateDataset({ count: 1500, dimension: 12, queries: 200, seed: SEED });
for (const { row, count } of [set.base, set.queries].map((it) => ({
  row: (i) => it.row(i),
  count: it.count,
})))
  for (let i = 0; i < count; ++i) normalised(row(i));
const centres = centresOf(set.base, 16, chanceOf('test', SEED));
const source = {
  rows: set.base,
  queries: set.queries,
  clusters: assigned(set.base, centres),
  queryClusters: assigned(set.queries, centres),
};
const settings = { ...source, start: 700, rate: 10, seed: SEED, drift: [3, 5] };
const traceOf = (more = {}) => new Trace({ ...settings, deletes: 'random', ...more });
const keyOf = (vector) => vector.join();

test('the same seed gives the same days, and another seed others', () => {
  const daysOf = (seed) => {
    const trace = traceOf({ seed });
    const days = [1, 2, 3, 4].map(() => trace.nextDay());
    return JSON.stringify([days, [...trace.live], trace.asked(4, 50)]);
  };
  assert.equal(daysOf(SEED), daysOf(SEED));
  assert.notEqual(daysOf(SEED), daysOf(SEED + 1));
});

test('a set may have more rows than a call has arguments', () => {
  const count = 300_000;
  const rows = { count, dimension: 2, row: (i) => Float32Array.of(Math.cos(i), Math.sin(i)) };
  const clusters = Uint16Array.from({ length: count }, (_, i) => i % 16);
  const trace = traceOf({ rows, clusters, start: 200_000, rate: 1 });
  assert.equal(trace.live.size, 200_000);
  assert.ok(trace.nextDay().length >= 2000);
});

for (const deletes of DELETES)
  test(`each day a tenth is replaced by vectors that were never there (${deletes})`, () => {
    const trace = traceOf({ deletes });
    const seen = new Set([...trace.live.values()].map(keyOf));
    const held = new Map(trace.live);
    assert.equal(seen.size, 700);
    for (let day = 1; day <= 8; ++day) {
      const counts = { remove: 0, insert: 0, upsert: 0 };
      for (const { op, label, vector } of trace.nextDay()) {
        ++counts[op];
        if (op === 'remove') {
          assert.ok(held.delete(label), `${label} is not there`);
          continue;
        }
        assert.equal(held.has(label), op === 'upsert');
        assert.ok(!seen.has(keyOf(vector)), 'a vector comes back');
        assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-5);
        seen.add(keyOf(vector));
        held.set(label, vector);
      }
      assert.deepEqual(counts, { remove: 70, insert: 70, upsert: 7 });
      assert.deepEqual([...held].sort(), [...trace.live].sort());
    }
    assert.equal(trace.live.size, 700);
  });

test('the oldest go first', () => {
  const trace = traceOf({ deletes: 'oldest' });
  const oldest = [...trace.live.keys()].slice(0, 70);
  const gone = trace.nextDay().filter(({ op }) => op === 'remove');
  assert.deepEqual(
    gone.map(({ label }) => label),
    oldest,
  );
});

test('a whole cluster goes: the nearest to one of those that go', () => {
  const trace = traceOf({ deletes: 'cluster' });
  const before = new Map(trace.live);
  const gone = trace.nextDay().filter(({ op }) => op === 'remove');
  const first = gone.slice(0, 14).map(({ label }) => label);
  assert.deepEqual(nearestKeys(before, before.get(first[0]), 14), first);
});

test('an upsert is nearly the same as another pattern', () => {
  const trace = traceOf();
  const before = new Map(trace.live);
  const upserts = trace.nextDay().filter(({ op }) => op === 'upsert');
  assert.equal(upserts.length, 7);
  for (const { label, vector } of upserts) {
    const [nearest] = nearestKeys(before, vector, 1);
    assert.notEqual(nearest, label);
    assert.ok(dot(before.get(nearest), vector) > 0.98);
  }
});

test('other subjects come and are asked for from the days of drift on', () => {
  const trace = traceOf();
  const centreOf = (vector) => assigned({ count: 1, row: () => vector }, centres)[0];
  for (let day = 1; day <= 6; ++day) {
    const fresh = trace.nextDay().filter(({ op }) => op === 'insert');
    const phase = [0, 0, 0, 1, 1, 2, 2][day];
    const ofPhase = (group) => group === phase;
    const share = fresh.filter(({ vector }) => ofPhase(trace.groups[centreOf(vector)])).length / 70;
    assert.ok(share > 0.6, `day ${day}: ${share}`);
    const asked = trace.asked(day, 60);
    assert.equal(new Set(asked).size, 60);
    const groups = asked.map((query) => trace.groups[source.queryClusters[query]]);
    assert.ok(groups.filter(ofPhase).length >= Math.min(30, ofGroup(trace, phase)));
  }
});

const ofGroup = (trace, phase) =>
  [...source.queryClusters].filter((cluster) => trace.groups[cluster] === phase).length;

test('generated vectors come when the real ones are used up, and from which day is told', () => {
  const trace = traceOf({ start: 500, rate: 20 });
  const real = new Set(Array.from({ length: set.base.count }, (_, i) => keyOf(set.base.row(i))));
  for (let day = 1; day <= 14; ++day) {
    const fresh = trace.nextDay().filter(({ op }) => op === 'insert');
    const isGenerated = fresh.some(({ vector }) => !real.has(keyOf(vector)));
    if (isGenerated) assert.ok(trace.generatedFrom <= day);
    else assert.equal(trace.generatedFrom, undefined);
  }
  assert.ok(trace.generatedFrom > 1);
});

test('more rows to begin with than there are is refused', () => {
  assert.throws(() => traceOf({ start: 1501 }), /there are 1500 rows, fewer than 1501/);
});

test('every group has clusters, in about the shares that were asked for', () => {
  const assignment = Uint16Array.from({ length: 1000 }, (_, i) => i % 20);
  const groups = groupsOf(assignment, 20, [0.6, 0.2, 0.2], chanceOf('test', SEED));
  assert.deepEqual(
    [0, 1, 2].map((group) => groups.filter((it) => it === group).length),
    [12, 4, 4],
  );
});
