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
    refused({ eq: ['id', null] }, 'filter.eq[1] must be a string, a number or a boolean');
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

  test(`${target}: declared metadata fields are filtered by`, (t) => {
    const next = random(seedFor(t, 62));
    const metadataFields = [
      { name: 'rank', kind: 'number' },
      { name: 'größe', kind: 'string' },
      { name: 'done', kind: 'boolean' },
      { name: 'tags', kind: 'string-list' },
    ];
    const store = engine.createStore({ dimension: 4, metadataFields });
    assert.deepEqual(store.options.metadataFields, metadataFields);
    const metadata = Array.from({ length: 60 }, (_, i) => ({
      ...(i % 3 && { rank: i / 4 }),
      ...(i % 4 && { größe: ['', 'ü', 'übergroß'][i % 3] }),
      ...(i % 5 && { done: i % 2 === 0 }),
      ...(i % 2 && { tags: ['a', 'langsam', 'lang'].slice(0, i % 4) }),
    }));
    metadata.forEach((it, i) => {
      store.upsert({ ...pattern(`p${i}`), metadata: JSON.stringify(it) }, randomVector(next, 4));
    });
    const cases = [
      [{ lt: ['metadata.rank', 5] }, (m) => m.rank < 5],
      [{ in: ['metadata.rank', [1, 2.5]] }, (m) => m.rank === 1 || m.rank === 2.5],
      [{ prefix: ['metadata.größe', 'ü'] }, (m) => m.größe?.startsWith('ü')],
      [{ ne: ['metadata.größe', ''] }, (m) => m.größe],
      [{ eq: ['metadata.done', false] }, (m) => m.done === false],
      [{ in: ['metadata.done', [true]] }, (m) => m.done],
      [{ eq: ['metadata.tags', 'langsam'] }, (m) => m.tags?.includes('langsam')],
      [{ ne: ['metadata.tags', 'langsam'] }, (m) => m.tags && !m.tags.includes('langsam')],
      [{ prefix: ['metadata.tags', 'lang'] }, (m) => m.tags?.some((it) => it.startsWith('lang'))],
      [{ not: { exists: 'metadata.tags' } }, (m) => !m.tags],
    ];
    for (const [filter, holds] of cases) {
      const expected = metadata.flatMap((it, i) => (holds(it) ? [i] : []));
      assert.ok(expected.length > 0, JSON.stringify(filter));
      assert.equal(store.count({ filter }), expected.length);
      assert.deepEqual([...store.matches({ filter })], expected);
      const { hits, report } = store.search([1, 2, 3, 4], { k: 60, filter });
      assert.equal(hits.length, expected.length);
      assert.deepEqual([report.plan, report.exact], ['scan', true]);
    }
    const put = (value) => () =>
      store.upsert({ ...pattern('x'), metadata: JSON.stringify(value) }, [1, 2, 3, 4]);
    assert.throws(put({ rank: '1' }), invalid('metadata.rank is a string, but is declared as a'));
    assert.throws(put({ done: null }), invalid('metadata.done is null'));
    assert.throws(() => store.count({ filter: { exists: 'metadata.x' } }), invalid('not declared'));
    assert.throws(
      () => store.count({ filter: { lt: ['metadata.done', true] } }),
      invalid('booleans, which have no order'),
    );
    const copy = engine.openStore(store.save());
    assert.deepEqual(copy.options.metadataFields, metadataFields);
    const tagged = { filter: { eq: ['metadata.tags', 'lang'] } };
    assert.equal(copy.count(tagged), store.count(tagged));
    copy.dispose();
    store.dispose();
    const declared = (fields) => () => engine.createStore({ metadataFields: fields });
    assert.throws(declared('rank'), invalid('options.metadataFields must be an array'));
    assert.throws(declared([{ name: 'x' }]), invalid('metadataFields[0].kind is missing'));
    assert.throws(
      declared([{ name: 'x', kind: 'date' }]),
      invalid('is "date", but must be one of'),
    );
    assert.throws(declared(Array(65).fill(metadataFields[0])), invalid('at most 64'));
    assert.throws(declared([metadataFields[0], metadataFields[0]]), invalid('is there already'));
  });
}
