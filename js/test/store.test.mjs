import assert from 'node:assert/strict';
import test from 'node:test';
import {
  invalid,
  load,
  pattern,
  random,
  randomVector,
  refusal,
  seedFor,
  targets,
} from './support.mjs';

const FULL = {
  id: 'full',
  type: 'integration',
  domain: 'payments',
  content: 'retry with a fresh token',
  framework: 'vitest',
  coverage: 0.1 + 0.2,
  flakinessScore: 5e-324,
  verdict: 'flaky',
  createdAt: -1,
  lastUsed: Number.MAX_SAFE_INTEGER,
  usageCount: Number.MAX_SAFE_INTEGER,
  metadata: '{"a":[1,2,{"b":null}]}',
};

for (const target of targets) {
  const engine = await load(target);

  test(`${target}: a pattern comes back as it went in`, () => {
    const store = engine.createStore({ dimension: 3 });
    store.upsert(FULL, [1, 2, 3]);
    store.upsert(pattern('bare'), [3, 2, 1]);
    assert.deepEqual(store.get('full'), FULL);
    assert.deepEqual(store.get('bare'), pattern('bare', { usageCount: 0 }));
    assert.equal(store.get('absent'), undefined);
    assert.equal(store.embedding('absent'), undefined);
    assert.equal(store.size, 2);
    store.dispose();
  });

  test(`${target}: an absent field given as undefined is absent`, () => {
    const store = engine.createStore({ dimension: 1, metric: undefined });
    store.upsert(pattern('a', { verdict: undefined, usageCount: undefined }), [1]);
    assert.deepEqual(store.get('a'), pattern('a', { usageCount: 0 }));
    assert.equal(store.search([1], { k: undefined }).hits.length, 1);
    store.dispose();
  });

  test(`${target}: texts of every kind come back unchanged`, () => {
    const store = engine.createStore({ dimension: 2 });
    const texts = [
      'grüße',
      '模式',
      '👩‍👩‍👧‍👦 family',
      '\u{10ffff}\u0000end',
      '\ufeffafter a byte order mark',
      'e\u0301 is not é',
      ' ',
      'x'.repeat(1024),
      '€'.repeat(341),
    ];
    texts.forEach((id, i) =>
      store.upsert({ ...pattern(id), content: id + id, domain: id, framework: id }, [1, i]),
    );
    assert.equal(store.size, texts.length);
    texts.forEach((id, i) => {
      assert.equal(store.contains(id), true);
      assert.equal(store.get(id).content, id + id);
      assert.equal(store.count({ domain: id, framework: id }), 1);
      assert.equal(store.idOf(i), id);
      assert.equal(store.search([1, i], { k: 1, domain: id }).hits[0].id, id);
    });
    assert.equal(store.contains('é is not é'), false);
    store.dispose();
  });

  test(`${target}: large texts come back unchanged`, () => {
    const store = engine.createStore({ dimension: 1 });
    const content = '€uro'.repeat(700_000);
    const metadata = JSON.stringify({ long: 'y'.repeat(3_000_000) });
    store.upsert(pattern('large', { content, metadata }), [1]);
    store.upsert(pattern('small'), [1]);
    assert.equal(store.get('large').content, content);
    assert.equal(store.get('large').metadata, metadata);
    assert.equal(store.get('small').content, 'content of small');
    store.dispose();
  });

  test(`${target}: upsert replaces, remove removes, clear empties`, () => {
    const store = engine.createStore({ dimension: 2 });
    store.upsert(pattern('a'), [1, 0]);
    store.upsert(pattern('b'), [0, 1]);
    store.upsert(pattern('a', { content: 'second' }), [0, -1]);
    assert.equal(store.size, 2);
    assert.equal(store.get('a').content, 'second');
    assert.deepEqual(store.search([1, 0], { threshold: 0.5 }).hits, []);
    assert.deepEqual(store.search([0, -1], { threshold: 0.5 }).hits, [{ id: 'a', score: 1 }]);
    assert.equal(store.remove('b'), true);
    assert.equal(store.remove('b'), false);
    assert.deepEqual(
      store.search([0, 1]).hits.map(({ id }) => id),
      ['a'],
    );
    store.clear();
    assert.equal(store.size, 0);
    assert.deepEqual(store.search([0, 1]), {
      hits: [],
      report: { plan: 'none', exact: true, distanceComputations: 0 },
    });
    store.dispose();
  });

  test(`${target}: recordUsage counts and keeps the outcome`, () => {
    const store = engine.createStore({ dimension: 1 });
    store.upsert(pattern('a'), [1]);
    assert.equal(store.recordUsage('a', 'success', 1000), true);
    assert.equal(store.recordUsage('a', undefined, 2000), true);
    assert.equal(store.recordUsage('absent', undefined, 2000), false);
    assert.deepEqual(
      store.get('a'),
      pattern('a', { verdict: 'success', lastUsed: 2000, usageCount: 2 }),
    );
    store.dispose();
  });

  test(`${target}: a count beyond JavaScript's integers is an error, not a rounded number`, () => {
    const store = engine.createStore({ dimension: 1 });
    store.upsert(pattern('a', { usageCount: Number.MAX_SAFE_INTEGER }), [1]);
    store.recordUsage('a', undefined, 0);
    const unsupported = refusal(
      'UnsupportedError',
      'UNSUPPORTED',
      'usageCount 9007199254740992 is',
    );
    assert.throws(() => store.get('a'), unsupported);
    assert.throws(() => store.patternAt(0), unsupported);
    assert.equal(store.search([1]).hits[0].id, 'a');
    store.dispose();
  });

  test(`${target}: embeddings come back to their precision`, (t) => {
    const next = random(seedFor(t, 7));
    const dimension = 33;
    const vector = randomVector(next, dimension);
    const largest = Math.max(...vector.map(Math.abs));
    const [fixed, exact] = ['fixed16', 'float32'].map((precision) =>
      engine.createStore({ dimension, precision, metric: 'dot' }),
    );
    for (const store of [fixed, exact]) {
      store.upsert(pattern('array'), Array.from(vector));
      store.upsert(pattern('typed'), vector);
      assert.deepEqual(store.embedding('array'), store.embedding('typed'));
      assert.deepEqual(store.embeddingAt(0), store.embedding('array'));
    }
    assert.deepEqual(exact.embedding('typed'), vector);
    fixed
      .embedding('typed')
      .forEach((value, i) => assert.ok(Math.abs(value - vector[i]) <= 1.6e-5 * largest));
    fixed.dispose();
    exact.dispose();
  });

  test(`${target}: filters, threshold, exact and ef`, (t) => {
    const next = random(seedFor(t, 11));
    const hnsw = { m: 8, efConstruction: 40 };
    const store = engine.createStore({ dimension: 16, hnsw, indexingThreshold: 0 });
    for (let i = 0; i < 400; ++i)
      store.upsert(
        pattern(`p${i}`, { domain: `d${i % 4}`, framework: i % 2 ? 'odd' : undefined }),
        randomVector(next, 16),
      );
    const query = randomVector(next, 16);
    assert.equal(store.count({ domain: 'd1' }), 100);
    assert.equal(store.count({ domain: 'd1', framework: 'odd' }), 100);
    assert.equal(store.count({ domain: 'd2', framework: 'odd' }), 0);
    assert.equal(store.count(), 400);

    const exact = store.search(query, { k: 20, exact: true });
    assert.equal(exact.hits.length, 20);
    assert.equal(exact.report.plan, 'scan');
    assert.ok(exact.report.distanceComputations >= 400);
    const walked = store.search(query, { k: 10, ef: 20 });
    assert.equal(walked.report.plan, 'graph');
    assert.ok(walked.report.distanceComputations < 400);
    assert.ok(walked.hits.every((hit, i) => i === 0 || hit.score <= walked.hits[i - 1].score));

    const filtered = store.search(query, { k: 400, domain: 'd3', ef: 400 });
    assert.equal(filtered.hits.length, 100);
    assert.ok(filtered.hits.every(({ id }) => Number(id.slice(1)) % 4 === 3));
    const threshold = exact.hits[4].score;
    assert.deepEqual(
      store.search(query, { k: 20, exact: true, threshold }).hits,
      exact.hits.slice(0, 5),
    );
    store.dispose();
  });

  test(`${target}: a dynamic k ends before the largest drop of the score`, () => {
    const store = engine.createStore({ dimension: 2, metric: 'dot' });
    [8, 7, 4, 3.5, 3, 1, 0.75].forEach((x, i) => store.upsert(pattern(`p${i}`), [x, 0.5]));
    const found = (k, minK) => store.search([1, 0], { k, minK }).hits.length;
    assert.deepEqual([found(7, 1), found(7, 3), found(7, 6), found(5, 3)], [2, 5, 6, 3]);
    assert.throws(() => found(5, 6), invalid('minK is 6, but must be within [1, 5]'));
    assert.throws(() => found(5, '3'), invalid('options.minK must be'));
    store.dispose();
  });

  test(`${target}: searchSlots and search agree`, (t) => {
    const next = random(seedFor(t, 13));
    const store = engine.createStore({ dimension: 8 });
    for (let i = 0; i < 50; ++i) store.upsert(pattern(`p${i}`), randomVector(next, 8));
    const query = randomVector(next, 8);
    const { hits, report } = store.search(query, { k: 7 });
    const bySlot = store.searchSlots(query, { k: 7 });
    assert.ok(bySlot.slots instanceof Uint32Array && bySlot.scores instanceof Float32Array);
    assert.deepEqual(bySlot.report, report);
    assert.deepEqual(
      Array.from(bySlot.slots, (slot, i) => ({ id: store.idOf(slot), score: bySlot.scores[i] })),
      hits,
    );
    store.dispose();
  });

  test(`${target}: slots are walked in order of insertion`, () => {
    const store = engine.createStore({ dimension: 1 });
    for (const id of ['a', 'b', 'c', 'd']) store.upsert(pattern(id), [1]);
    store.remove('b');
    const ids = [];
    for (let slot = store.nextSlot(0); slot !== undefined; slot = store.nextSlot(slot + 1)) {
      ids.push(store.idOf(slot));
      assert.deepEqual(store.patternAt(slot), store.get(store.idOf(slot)));
    }
    assert.deepEqual(ids, ['a', 'c', 'd']);
    assert.equal(store.nextSlot(0xffffffff), undefined);
    for (const slot of [1, 4, 0xffffffff]) {
      assert.equal(store.idOf(slot), undefined);
      assert.equal(store.patternAt(slot), undefined);
      assert.equal(store.embeddingAt(slot), undefined);
    }
    store.dispose();
  });

  test(`${target}: options and stats say what the store is`, () => {
    const options = {
      dimension: 5,
      metric: 'euclidean',
      precision: 'float32',
      hnsw: { m: 6, efConstruction: 60, efSearch: 61 },
      seed: 2n ** 64n - 1n,
      indexingThreshold: 0,
      metadataFields: [{ name: 'x', kind: 'string-list' }],
    };
    const store = engine.createStore(options);
    assert.deepEqual(store.options, options);
    store.upsert(pattern('a'), [1, 2, 3, 4, 5]);
    const stats = store.stats();
    assert.deepEqual(Object.keys(stats).sort(), [
      'codeBytes',
      'count',
      'graphBytes',
      'instructionSet',
      'linked',
      'maxLevel',
      'recordBytes',
      'sequence',
      'slots',
    ]);
    assert.equal(stats.count, 1);
    assert.equal(stats.slots, 1);
    assert.equal(stats.sequence, 1);
    assert.ok(stats.maxLevel === -1 && stats.graphBytes > 0 && stats.codeBytes > 0);
    for (let i = 1; i < 32; ++i) store.upsert(pattern(`p${i}`), [i, 2, 3, 4, 5]);
    assert.ok(store.stats().maxLevel >= 0, '32 at a time are linked');
    assert.equal(stats.instructionSet, engine.info().instructionSet);
    store.dispose();

    const defaults = engine.createStore();
    assert.deepEqual(defaults.options, {
      dimension: 384,
      metric: 'cosine',
      precision: 'fixed16',
      hnsw: { m: 32, efConstruction: 200, efSearch: 100 },
      seed: 0,
      indexingThreshold: 2048,
      metadataFields: [],
    });
    defaults.dispose();
  });
}
