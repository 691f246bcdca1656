import assert from 'node:assert/strict';
import test from 'node:test';
import { invalid, load, pattern, random, randomVector, seedFor, targets } from './support.mjs';

for (const target of targets) {
  const engine = await load(target);

  test(`${target}: filters let through what they say`, (t) => {
    const next = random(seedFor(t, 61));
    const store = engine.createStore({ dimension: 8, hnsw: { m: 6, efConstruction: 30 } });
    const patterns = Array.from({ length: 300 }, (_, i) => ({
      ...pattern(`p${i}`, { domain: i % 3 ? 'api' : 'ünit', type: `t${i % 5}` }),
      ...(i % 2 && { framework: `vitest ${i % 4}` }),
      ...(i % 4 && { coverage: i / 300 }),
      ...(i % 5 && { verdict: ['success', 'failure', 'flaky'][i % 3] }),
      ...(i % 6 && { createdAt: 1_700_000_000_000 + i }),
      usageCount: i % 7,
    }));
    for (const it of patterns) store.upsert(it, randomVector(next, 8));
    const query = randomVector(next, 8);
    const cases = [
      [{ eq: ['domain', 'ünit'] }, (p) => p.domain === 'ünit'],
      [{ ne: ['framework', 'vitest 1'] }, (p) => p.framework && p.framework !== 'vitest 1'],
      [{ in: ['id', ['p7', 'p9', 'absent']] }, (p) => p.id === 'p7' || p.id === 'p9'],
      [{ in: ['verdict', ['flaky', 'failure']] }, (p) => p.verdict && p.verdict !== 'success'],
      [{ in: ['usageCount', [0, 6]] }, (p) => p.usageCount === 0 || p.usageCount === 6],
      [{ lt: ['coverage', 0.5] }, (p) => p.coverage < 0.5],
      [{ le: ['type', 't2'] }, (p) => p.type <= 't2'],
      [{ gt: ['createdAt', 1_700_000_000_200.5] }, (p) => p.createdAt > 1_700_000_000_200],
      [{ ge: ['usageCount', 3] }, (p) => p.usageCount >= 3],
      [{ prefix: ['framework', 'vitest'] }, (p) => p.framework],
      [{ exists: 'coverage' }, (p) => 'coverage' in p],
      [{ not: { exists: 'verdict' } }, (p) => !('verdict' in p)],
      [{ not: { ne: ['verdict', 'flaky'] } }, (p) => !p.verdict || p.verdict === 'flaky'],
      [
        { and: [{ eq: ['domain', 'api'] }, { gt: ['coverage', 0.5] }] },
        (p) => p.domain === 'api' && p.coverage > 0.5,
      ],
      [
        { or: [{ eq: ['id', 'p0'] }, { and: [{ exists: 'framework' }] }, { lt: ['id', 'p1'] }] },
        (p) => p.id === 'p0' || 'framework' in p || p.id < 'p1',
      ],
    ];
    for (const [filter, holds] of cases) {
      for (const fields of [{}, { domain: 'api' }]) {
        const expected = patterns.filter((p) => holds(p) && (!fields.domain || p.domain === 'api'));
        const options = { ...fields, filter };
        assert.equal(store.count(options), expected.length, JSON.stringify(filter));
        const ids = store.search(query, { ...options, k: 300, ef: 300 }).hits.map(({ id }) => id);
        assert.deepEqual(ids.sort(), expected.map(({ id }) => id).sort());
        const few = store.searchSlots(query, { ...options, k: 3 }).slots;
        assert.equal(few.length, Math.min(3, expected.length));
        for (const slot of few) assert.ok(holds(store.patternAt(slot)));
      }
    }
    store.dispose();
  });

  test(`${target}: what is no filter is refused by name`, () => {
    const store = engine.createStore({ dimension: 1 });
    const refused = (filter, part) => {
      assert.throws(() => store.count({ filter }), invalid(part));
      assert.throws(
        () => store.search([1], { filter }),
        invalid(part.replace('filter.filter', '')),
      );
    };
    const nested = (depth) =>
      Array.from({ length: depth }).reduce((it) => ({ not: it }), { exists: 'id' });
    const cyclic = { and: [] };
    cyclic.and.push(cyclic, cyclic);
    refused('eq', 'filter must be an object with one operator');
    refused({}, 'must have exactly one of eq, ne');
    refused({ exists: 'id', not: { exists: 'id' } }, 'must have exactly one of');
    refused({ equals: ['id', 'x'] }, 'must have exactly one of');
    refused({ eq: 'id' }, 'filter.eq must be an array');
    refused({ eq: ['id'] }, 'filter.eq must be a field and a value');
    refused({ eq: ['id', null] }, 'filter.eq[1] must be a string or a number');
    refused({ in: ['id', 'x'] }, 'filter.in[1] must be an array');
    refused({ eq: ['id', '\ud800'] }, 'filter.eq[1] has a lone surrogate');
    refused({ and: [{ not: { exists: 7 } }] }, 'filter.and[0].not.exists must be the name');
    refused({ and: { exists: 'id' } }, 'filter.and must be an array');
    refused({ eq: ['colour', 'red'] }, 'filter field is "colour", but must be one of: id, type');
    refused({ eq: ['coverage', 'x'] }, '(eq coverage) needs a number, not a text');
    refused({ eq: ['coverage', NaN] }, '(eq coverage) needs a finite number');
    refused({ eq: ['verdict', 'good'] }, 'verdict is "good"');
    refused({ lt: ['verdict', 'flaky'] }, 'compares verdicts, which have no order');
    refused({ prefix: ['usageCount', 1] }, 'needs a field that is a text');
    refused({ in: ['id', []] }, 'has 0 values, but needs 1 to 256');
    refused({ in: ['id', Array(257).fill('x')] }, 'must have at most 256 elements, not 257');
    refused({ or: [] }, '(or) has 0 operands');
    refused({ and: Array(256).fill({ exists: 'id' }) }, 'has more than 256 terms');
    refused(nested(16), 'is nested more than 16 deep');
    refused(cyclic, 'filter');
    assert.equal(store.count({ filter: nested(15) }), 0);
    store.dispose();
  });
}
