import assert from 'node:assert/strict';
import test from 'node:test';
import { DamaskError } from '../lib/engines.js';
import { invalid, load, pattern, refusal, targets } from './support.mjs';

for (const target of targets) {
  const engine = await load(target);

  /** Each call is refused with that part of a message, and changes nothing. */
  function assertRefused(store, cases) {
    const before = store.save();
    for (const [part, call] of cases) assert.throws(() => call(store), invalid(part));
    assert.deepEqual(store.save(), before);
  }

  function small() {
    const store = engine.createStore({ dimension: 3 });
    store.upsert(pattern('a'), [1, 2, 3]);
    return store;
  }

  test(`${target}: options of a store`, () => {
    for (const [part, options] of [
      ['dimension', { dimension: 0 }],
      ['dimension', { dimension: 4097 }],
      ['options.dimension must be an integer in [0, 4294967295], not 1.5', { dimension: 1.5 }],
      ['options.dimension must be an integer in [0, 4294967295], not -1', { dimension: -1 }],
      ['options.dimension must be an integer', { dimension: '384' }],
      ['metric', { metric: 'manhattan' }],
      ['options.metric must be a string, not 1', { metric: 1 }],
      ['precision', { precision: 'float64' }],
      ['m is 3', { hnsw: { m: 3 } }],
      ['efSearch', { hnsw: { efSearch: 0 } }],
      ['options.hnsw must be an object', { hnsw: 5 }],
      ['options.hnsw has the unknown field "M"; known are m,', { hnsw: { M: 16 } }],
      ['options.seed must be an integer', { seed: -1 }],
      ['options.seed must be an integer', { seed: 2 ** 53 }],
      ['options.seed must be an integer', { seed: 2n ** 64n }],
      ['options has the unknown field "dimensions"', { dimensions: 3 }],
      ['options must be an object, not [object Null]', null],
      ['options must be an object, not [object Array]', []],
    ])
      assert.throws(() => engine.createStore(options), invalid(part), part);
  });

  test(`${target}: embeddings and queries`, () => {
    const store = small();
    const put = (embedding) => (it) => it.upsert(pattern('b'), embedding);
    const ask = (query) => (it) => it.search(query);
    const wrong = [
      ['has 2 components', [1, 2]],
      ['has 4 components', new Float32Array(4).fill(1)],
      ['has 0 components', []],
      ['[1] is nan', [1, NaN, 3]],
      ['[2] is inf', new Float32Array([1, 2, Infinity])],
      ['[0] is -inf', [-Infinity, 2, 3]],
      ['[0] is inf', [1e300, 2, 3]],
      ['[1] must be a number, not [object Null]', [1, null, 3]],
      ['[1] must be a number, not "2"', [1, '2', 3]],
      ['must be a Float32Array or an array of numbers', new Float64Array(3)],
      ['must be a Float32Array or an array of numbers', 'abc'],
      ['must be a Float32Array or an array of numbers', undefined],
      ['zero', [0, 0, 0]],
    ];
    assertRefused(
      store,
      wrong.flatMap(([part, vector]) => [
        [part, put(vector)],
        [part, ask(vector)],
      ]),
    );
    store.dispose();
  });

  test(`${target}: patterns`, () => {
    const store = small();
    const put = (fields) => (it) => it.upsert({ ...pattern('b'), ...fields }, [1, 2, 3]);
    assertRefused(store, [
      ['id has 0 bytes', put({ id: '' })],
      ['id has 1025 bytes', put({ id: 'x'.repeat(1025) })],
      ['id has 1026 bytes', put({ id: '€'.repeat(342) })],
      ['domain has 1025 bytes', put({ domain: 'x'.repeat(1025) })],
      ['content', put({ content: 'x'.repeat((16 << 20) + 1) })],
      ['pattern.id must be a string, not 7', put({ id: 7 })],
      ['pattern.content is missing', put({ content: undefined })],
      ['pattern.framework must be a string, not [object Null]', put({ framework: null })],
      ['coverage', put({ coverage: NaN })],
      ['flakinessScore', put({ flakinessScore: Infinity })],
      ['pattern.coverage must be a number', put({ coverage: '1' })],
      ['verdict is "maybe"', put({ verdict: 'maybe' })],
      ['pattern.createdAt must be an integer', put({ createdAt: 1.5 })],
      ['pattern.createdAt must be an integer', put({ createdAt: new Date(0) })],
      ['pattern.lastUsed must be an integer', put({ lastUsed: 2 ** 53 })],
      ['pattern.usageCount must be an integer in [0, 9007199254740991]', put({ usageCount: -1 })],
      ['pattern.usageCount must be an integer', put({ usageCount: 2 ** 53 })],
      ['metadata', put({ metadata: '{"unfinished":' })],
      ['pattern.metadata must be a string, not [object Object]', put({ metadata: {} })],
      ['pattern has the unknown field "embedding"', put({ embedding: [1, 2, 3] })],
      ['pattern must be an object', (it) => it.upsert('b', [1, 2, 3])],
    ]);
    store.dispose();
  });

  test(`${target}: a lone surrogate is refused in every text`, () => {
    const store = small();
    const lone = 'a\ud800b';
    const put = (fields) => (it) => it.upsert({ ...pattern('b'), ...fields }, [1, 2, 3]);
    const fields = ['id', 'type', 'domain', 'content', 'framework', 'metadata', 'verdict'];
    assertRefused(store, [
      ...fields.map((field) => [`pattern.${field} has a lone surrogate`, put({ [field]: lone })]),
      ['id has a lone surrogate', (it) => it.contains(lone)],
      ['id has a lone surrogate', (it) => it.get('\udc00')],
      ['id has a lone surrogate', (it) => it.embedding(lone)],
      ['id has a lone surrogate', (it) => it.remove(lone)],
      ['id has a lone surrogate', (it) => it.recordUsage(lone, undefined, 0)],
      ['options.domain has a lone surrogate', (it) => it.search([1, 2, 3], { domain: lone })],
      ['filter.type has a lone surrogate', (it) => it.count({ type: lone })],
    ]);
    store.dispose();
  });

  test(`${target}: search options, ids, slots and usage`, () => {
    const store = small();
    const ask = (options) => (it) => it.search([1, 2, 3], options);
    assertRefused(store, [
      ['k is 0', ask({ k: 0 })],
      ['k is 10001', ask({ k: 10001 })],
      ['k is 4294967295', ask({ k: 0xffffffff })],
      ['k is 4294967295', (it) => it.searchSlots([1, 2, 3], { k: 0xffffffff })],
      ['options.k must be an integer in [0, 4294967295], not -1', ask({ k: -1 })],
      ['options.k must be an integer', ask({ k: 2.5 })],
      ['options.k must be an integer', ask({ k: '10' })],
      ['options.k must be an integer', ask({ k: null })],
      ['ef is 5', ask({ k: 10, ef: 5 })],
      ['ef is 10001', ask({ ef: 10001 })],
      ['threshold', ask({ threshold: NaN })],
      ['options.threshold must be a number', ask({ threshold: '0.5' })],
      ['options.exact must be a boolean, not 1', ask({ exact: 1 })],
      ['options has the unknown field "limit"; known are', ask({ limit: 10 })],
      ['options must be an object', ask(10)],
      ['filter has the unknown field "k"', (it) => it.count({ k: 10 })],
      ['id must be a string, not 1', (it) => it.contains(1)],
      ['id must be a string', (it) => it.get(undefined)],
      ['slot must be an integer', (it) => it.idOf(-1)],
      ['slot must be an integer', (it) => it.patternAt(2 ** 32)],
      ['slot must be an integer', (it) => it.embeddingAt('0')],
      ['from must be an integer', (it) => it.nextSlot(0.5)],
      ['verdict is "fine"', (it) => it.recordUsage('a', 'fine', 0)],
      ['outcome must be a string', (it) => it.recordUsage('a', null, 0)],
      ['nowMs must be an integer', (it) => it.recordUsage('a', 'success', NaN)],
      ['nowMs must be an integer', (it) => it.recordUsage('a', 'success')],
    ]);
    store.dispose();
  });

  test(`${target}: snapshots must be bytes`, () => {
    for (const wrong of ['bytes', 7, null, undefined, [1, 2, 3], {}])
      for (const read of ['openStore', 'inspectSnapshot'])
        assert.throws(
          () => engine[read](wrong),
          invalid('snapshot must be an ArrayBuffer or a view on one'),
        );
  });

  test(`${target}: every option of a search is checked`, () => {
    const store = small();
    let known;
    assert.throws(
      () => store.search([1, 2, 3], { colour: 1 }),
      ({ message }) => {
        known = /known are (.*)$/.exec(message)[1].split(', ');
        return known.length > 5;
      },
    );
    assertRefused(
      store,
      known.map((field) => [
        `options.${field}`,
        () => store.search([1, 2, 3], { [field]: Symbol('no value') }),
      ]),
    );
    store.dispose();
  });

  test(`${target}: every method refuses a disposed store`, () => {
    const store = small();
    store.dispose();
    store.dispose();
    assert.equal(store.disposed, true);
    const vector = [1, 2, 3];
    const calls = {
      options: () => store.options,
      size: () => store.size,
      contains: () => store.contains('a'),
      stats: () => store.stats(),
      check: () => store.check(pattern('a'), vector),
      upsert: () => store.upsert(pattern('a'), vector),
      remove: () => store.remove('a'),
      recordUsage: () => store.recordUsage('a', undefined, 0),
      clear: () => store.clear(),
      stage: () => store.stage(pattern('a'), vector),
      commitStaged: () => store.commitStaged(),
      discardStaged: () => store.discardStaged(),
      stagedCount: () => store.stagedCount,
      setBuildThreads: () => store.setBuildThreads(1),
      beginRebuild: () => store.beginRebuild(),
      stepRebuild: () => store.stepRebuild(1),
      finishRebuild: () => store.finishRebuild(),
      cancelRebuild: () => store.cancelRebuild(),
      rebuildProgress: () => store.rebuildProgress,
      beginCensus: () => store.beginCensus(),
      stepCensus: () => store.stepCensus(1),
      stepRepair: () => store.stepRepair(1),
      cancelCensus: () => store.cancelCensus(),
      get: () => store.get('a'),
      embedding: () => store.embedding('a'),
      search: () => store.search(vector),
      searchSlots: () => store.searchSlots(vector),
      count: () => store.count(),
      matches: () => store.matches(),
      nextSlot: () => store.nextSlot(0),
      idOf: () => store.idOf(0),
      patternAt: () => store.patternAt(0),
      patternsAt: () => store.patternsAt(new Uint32Array(1)),
      embeddingAt: () => store.embeddingAt(0),
      saveChunks: () => store.saveChunks(),
      save: () => store.save(),
      beginSnapshot: () => store.beginSnapshot(),
      stepSnapshot: () => store.stepSnapshot(1),
      cancelSnapshot: () => store.cancelSnapshot(),
      beginJournal: () => store.beginJournal(),
      takeJournal: () => store.takeJournal(0),
      replay: () => store.replay(new Uint8Array(0)),
    };
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(store));
    const exempt = ['constructor', 'dispose', 'disposed'];
    assert.deepEqual(
      Object.keys(calls).sort(),
      methods.filter((it) => !exempt.includes(it)).sort(),
    );
    for (const call of Object.values(calls))
      assert.throws(call, refusal('DisposedError', 'DISPOSED', 'the store was disposed of'));
    assert.throws(() => store.size, DamaskError);
  });

  test(`${target}: Symbol.dispose disposes, where there is one`, { skip: !Symbol.dispose }, () => {
    const store = small();
    store[Symbol.dispose]();
    assert.equal(store.disposed, true);
  });
}
