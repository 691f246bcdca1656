import assert from 'node:assert/strict';
import test from 'node:test';
import { fromSnapshot, MemoryStorage } from '../lib/index.js';
import { answerOf, backends, builds, openOn, patterns } from './open_support.mjs';
import { invalid, refusal } from './support.mjs';

const DIMENSION = 24;
const disposed = refusal('DisposedError', 'DISPOSED', 'shut down');

for (const backend of backends) {
  const open = (config) => openOn(backend, { dimension: DIMENSION, ...config });

  test(`${backend}: a pattern comes back with everything it had`, async () => {
    const store = await open({ precision: 'float32' });
    const full = {
      id: 'full',
      type: 'unit',
      domain: 'payments',
      content: 'retry with a fresh token',
      embedding: Float32Array.from({ length: DIMENSION }, (_, i) => i - 3.5),
      framework: 'vitest',
      coverage: 0.25,
      flakinessScore: 0,
      verdict: 'flaky',
      createdAt: 1_700_000_000_000,
      lastUsed: 1_700_000_000_001,
      usageCount: 3,
      metadata: { a: [1, 'two', null, { b: true }], ключ: 'ß', ['__proto__']: { polluted: 1 } },
    };
    await store.storePattern(full);
    assert.deepEqual(await store.getPattern('full'), full);
    assert.equal({}.polluted, undefined);
    assert.equal(await store.getPattern('absent'), null);
    await store.shutdown();
  });

  test(`${backend}: results carry what was asked for`, async () => {
    const store = await open();
    const [first] = patterns(1, DIMENSION);
    await store.storePattern(first);
    const [plain] = await store.searchSimilar(first.embedding);
    assert.equal(plain.pattern.content, first.content);
    assert.equal(plain.pattern.embedding, undefined);
    assert.deepEqual(plain.pattern.metadata, first.metadata);
    const options = { withEmbedding: true, withContent: false };
    const [other] = await store.searchSimilar([...first.embedding], options);
    assert.equal(other.pattern.content, '');
    assert.equal(other.pattern.embedding.length, DIMENSION);
    assert.ok(Math.abs(other.score - 1) < 1e-6);
    await store.shutdown();
  });

  test(`${backend}: a search says by which plan it was answered`, async () => {
    const store = await open();
    const all = patterns(60, DIMENSION);
    await store.storeBatch(all);
    const query = all[7].embedding;
    for (const [options, exact] of [
      [{ k: 5, ef: 10 }, false],
      [{ k: 5, exact: true }, true],
      [{ k: 5, domain: 'nowhere' }, true],
    ]) {
      const { results, report } = await store.searchWithReport(query, options);
      assert.deepEqual(results, await store.searchSimilar(query, options));
      assert.equal(report.exact, exact || report.plan === 'scan');
      assert.equal(report.distanceComputations > 0, results.length > 0);
    }
    const none = await store.searchWithReport(query, { domain: 'nowhere' });
    assert.deepEqual([none.results, none.report.plan], [[], 'none']);
    await assert.rejects(store.searchWithReport([1]), invalid('query'));
    await store.shutdown();
  });

  test(`${backend}: a batch is stored whole or not at all`, async () => {
    const store = await open();
    await store.storeBatch(patterns(20, DIMENSION));
    const before = await store.snapshot();
    const bad = patterns(10, DIMENSION, 9);
    bad[7].embedding = new Float32Array(DIMENSION - 1);
    await assert.rejects(store.storeBatch(bad), invalid('patterns[7]'));
    bad[7].embedding = new Float32Array(DIMENSION).fill(NaN);
    await assert.rejects(store.storeBatch(bad), invalid('patterns[7]'));
    assert.deepEqual(await store.snapshot(), before, 'a refused batch changed something');
    const twice = patterns(1, DIMENSION);
    await store.storeBatch([
      { ...twice[0], content: 'first' },
      { ...twice[0], content: 'last' },
    ]);
    assert.equal((await store.getPattern('pattern-0')).content, 'last');
    assert.equal((await store.getStats()).count, 20);
    await store.storeBatch([]);
    await store.shutdown();
  });

  test(`${backend}: an aborted batch leaves nothing, and its reason is thrown`, async () => {
    const store = await open();
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen = [];
    const batch = store.storeBatch(patterns(5000, DIMENSION), {
      signal: controller.signal,
      onProgress: (progress) => {
        seen.push(progress);
        controller.abort(reason);
      },
    });
    await assert.rejects(batch, (error) => error === reason);
    assert.equal(seen.length, 1);
    assert.equal(seen[0].total, 5000);
    assert.equal(await store.count(), 0);
    const signal = AbortSignal.abort(reason);
    await assert.rejects(
      store.storeBatch(patterns(1, DIMENSION), { signal }),
      (it) => it === reason,
    );
    await store.storeBatch(patterns(2, DIMENSION));
    assert.equal(await store.count(), 2);
    await store.shutdown();
  });

  test(`${backend}: importing takes an iterable batch by batch`, async () => {
    const store = await open();
    async function* source() {
      yield* patterns(25, DIMENSION);
    }
    const seen = [];
    const options = { batchSize: 10, onProgress: ({ done }) => seen.push(done) };
    assert.equal(await store.importPatterns(source(), options), 25);
    assert.deepEqual(seen, [10, 20, 25]);
    await assert.rejects(store.importPatterns([], { batchSize: 0 }), invalid('batchSize'));
    await store.shutdown();
  });

  test(`${backend}: listing gives every pattern once, oldest first, whatever happens meanwhile`, async () => {
    const store = await open();
    await store.storeBatch(patterns(6, DIMENSION));
    const ids = [];
    for await (const pattern of store.patterns({ withEmbedding: true })) {
      assert.equal(pattern.embedding.length, DIMENSION);
      ids.push(pattern.id);
      if (ids.length === 1) {
        await store.deletePattern('pattern-1');
        await store.storePattern({ ...patterns(1, DIMENSION)[0], id: 'pattern-2' });
        await store.optimize();
      }
    }
    assert.deepEqual(
      ids,
      [0, 2, 3, 4, 5].map((i) => `pattern-${i}`),
    );
    await store.shutdown();
  });

  test(`${backend}: uses are counted, and unknown ids refused`, async () => {
    const store = await open();
    await store.storePattern(patterns(1, DIMENSION)[0]);
    const before = Date.now();
    await store.recordUsage('pattern-0', 'failure');
    await store.recordUsage('pattern-0');
    const { usageCount, lastUsed, verdict } = await store.getPattern('pattern-0');
    assert.equal(usageCount, 2);
    assert.equal(verdict, 'failure');
    assert.ok(lastUsed >= before && lastUsed <= Date.now());
    await assert.rejects(
      store.recordUsage('absent'),
      refusal('NotFoundError', 'NOT_FOUND', 'absent'),
    );
    await assert.rejects(store.recordUsage('pattern-0', 'great'), invalid('great'));
    await store.shutdown();
  });

  test(`${backend}: optimizing drops tombstones and changes no exact answer`, async () => {
    const store = await open();
    const all = patterns(120, DIMENSION);
    await store.storeBatch(all);
    for (let i = 0; i < 120; i += 3) await store.deletePattern(`pattern-${i}`);
    const query = all[0].embedding;
    const ask = async () => answerOf(await store.searchSimilar(query, { exact: true, k: 20 }));
    const before = await ask();
    const seen = [];
    await store.optimize({ onProgress: (progress) => seen.push(progress) });
    assert.equal(await ask(), before);
    const { count, slots } = await store.getStats();
    assert.deepEqual([count, slots], [80, 80]);
    assert.equal(seen.at(-1).done, seen.at(-1).total);
    await store.shutdown();
  });

  test(`${backend}: stats are measured, or absent`, async () => {
    const store = await open();
    await store.storeBatch(patterns(50, DIMENSION));
    const idle = await store.getStats();
    assert.equal(idle.searches, 0);
    assert.equal(idle.p50LatencyUs, undefined);
    for (const { embedding } of patterns(30, DIMENSION)) await store.searchSimilar(embedding);
    const { searches, qps, p50LatencyUs, p99LatencyUs, maxLatencyUs, p50Latency } =
      await store.getStats();
    assert.equal(searches, 30);
    assert.ok(qps > 0 && p50LatencyUs > 0);
    assert.ok(p99LatencyUs >= p50LatencyUs && maxLatencyUs >= p99LatencyUs);
    assert.equal(p50Latency, p50LatencyUs / 1000);
    const silent = await open({ enableMetrics: false });
    await silent.searchSimilar(new Float32Array(DIMENSION).fill(1));
    assert.equal((await silent.getStats()).searches, 0);
    await Promise.all([store.shutdown(), silent.shutdown()]);
  });

  test(`${backend}: wrong input is refused and changes nothing`, async () => {
    const store = await open();
    const [good] = patterns(1, DIMENSION);
    await store.storePattern(good);
    const before = await store.snapshot();
    const query = good.embedding;
    const refused = [
      [() => store.storePattern({ ...good, embedding: [1, 2] }), 'dimension'],
      [() => store.storePattern({ ...good, embedding: query.slice().fill(Infinity) }), 'embedding'],
      [() => store.storePattern({ ...good, embedding: undefined }), 'pattern.embedding is missing'],
      [() => store.storePattern({ ...good, id: '' }), 'id'],
      [() => store.storePattern({ ...good, color: 'red' }), 'color'],
      [() => store.storePattern({ ...good, metadata: { when: new Date(0) } }), 'metadata.when'],
      [() => store.storePattern({ ...good, metadata: { n: NaN } }), 'metadata.n'],
      [() => store.storePattern({ ...good, metadata: [] }), 'metadata'],
      [() => store.storePattern(null), 'pattern'],
      [() => store.storeBatch({ 0: good }), 'patterns'],
      [() => store.searchSimilar(query, { k: 0 }), 'k'],
      [() => store.searchSimilar(query, { k: 10001 }), 'k'],
      [() => store.searchSimilar(query, { limit: 3 }), 'limit'],
      [() => store.searchSimilar(query, { withContent: 1 }), 'withContent'],
      [() => store.searchSimilar(query, { threshold: NaN }), 'threshold'],
      [() => store.searchSimilar(query, { mmrLambda: 0.5 }), 'useMMR'],
      [() => store.searchWithMMR(query, { mmrLambda: 1.01 }), 'mmrLambda'],
      [() => store.searchWithMMR(query, { mmrLambda: -0.01 }), 'mmrLambda'],
      [() => store.searchWithMMR(query, { useMMR: false }), 'useMMR'],
      [() => store.searchSimilar([...query, 1]), 'dimension'],
      [() => store.searchSimilar('text'), 'query'],
      [() => store.getPattern(7), 'id'],
      [() => store.deletePattern(), 'id'],
    ];
    for (const [call, part] of refused) await assert.rejects(call(), invalid(part));
    assert.deepEqual(await store.snapshot(), before);
    await store.shutdown();
  });

  test(`${backend}: after shutdown every call is refused, and shutdown is not`, async () => {
    const store = await open();
    await store.storePattern(patterns(1, DIMENSION)[0]);
    await store.shutdown();
    await store.shutdown();
    const calls = [
      () => store.initialize(),
      () => store.storePattern(patterns(1, DIMENSION)[0]),
      () => store.storeBatch([]),
      () => store.searchSimilar(new Float32Array(DIMENSION).fill(1)),
      () => store.getPattern('a'),
      () => store.deletePattern('a'),
      () => store.recordUsage('a'),
      () => store.getStats(),
      () => store.clear(),
      () => store.flush(),
      () => store.snapshot(),
      () => store.buildIndex(),
      () => store.optimize(),
      () => store.patterns().next(),
    ];
    for (const call of calls) await assert.rejects(async () => call(), disposed);
  });

  test(`${backend}: a write that was under way is finished by shutdown`, async () => {
    const storage = new MemoryStorage();
    const store = await open({ storage });
    const writing = store.storeBatch(patterns(500, DIMENSION));
    const ending = store.shutdown();
    await Promise.all([writing, ending]);
    const again = await open({ storage });
    assert.equal(await again.count(), 500);
    await again.shutdown();
  });

  test(`${backend}: MMR trades likeness for difference`, async () => {
    const store = await open({ dimension: 3 });
    const near = [1, 0.1, 0];
    await store.storeBatch(
      [near, [1, 0.1001, 0], [1, -0.5, 0.2], [0.2, 1, 0.1]].map((embedding, i) => ({
        ...{ id: `p${i}`, type: '', domain: '', content: '' },
        embedding,
      })),
    );
    const ids = async (options) =>
      (await store.searchWithMMR([1, 0.1, 0.01], { k: 2, ...options })).map((it) => it.pattern.id);
    assert.deepEqual(await ids({ mmrLambda: 1 }), ['p0', 'p1']);
    assert.deepEqual(await ids({}), ['p0', 'p2']);
    const same = await store.searchSimilar([1, 0.1, 0.01], { k: 2, useMMR: true, mmrLambda: 0.5 });
    assert.deepEqual(
      same.map((it) => it.pattern.id),
      ['p0', 'p2'],
    );
    await store.shutdown();
  });
}

test('every backend gives the same answers and the same snapshot, and opens the others’', async () => {
  const queries = patterns(10, DIMENSION, 77).map(({ embedding }) => embedding);
  const outcomes = [];
  for (const backend of backends) {
    const store = await openOn(backend, { dimension: DIMENSION });
    await store.storeBatch(patterns(300, DIMENSION));
    await store.deletePattern('pattern-7');
    const answers = [];
    for (const query of queries)
      for (const options of [{}, { domain: 'login', k: 5 }, { useMMR: true }, { exact: true }])
        answers.push(answerOf(await store.searchSimilar(query, options)));
    outcomes.push({ answers, snapshot: await store.snapshot() });
    await store.shutdown();
  }
  assert.deepEqual(outcomes[1], outcomes[0]);
  assert.deepEqual(outcomes[2], outcomes[0]);
  for (const backend of backends) {
    const [{ snapshot }] = outcomes;
    const stream = new Blob([snapshot]).stream();
    const store = await fromSnapshot(stream, { ...builds, preferredBackend: backend });
    assert.equal(await store.count(), 299);
    assert.deepEqual(await store.snapshot(), snapshot);
    await store.shutdown();
  }
});
