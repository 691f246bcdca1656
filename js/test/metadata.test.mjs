// Declared metadata fields through the package's main entry: kept with the store, counted, listed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MemoryStorage } from '../lib/index.js';
import { backends, openOn } from './open_support.mjs';
import { invalid } from './support.mjs';

const metadataFields = [
  { name: 'priority', kind: 'number' },
  { name: 'labels', kind: 'string-list' },
];
const patternOf = (i) => ({
  ...{ id: `p${i}`, type: '', domain: i % 2 ? 'odd' : 'even', content: '' },
  embedding: [1, i / 10, 0.5],
  metadata: { priority: i, ...(i % 3 && { labels: ['slow', `l${i % 4}`] }) },
});

for (const backend of backends) {
  const open = (config) => openOn(backend, { dimension: 3, metadataFields, ...config });

  test(`${backend}: patterns are counted, listed and searched by their metadata`, async () => {
    const storage = new MemoryStorage();
    const store = await open({ storage });
    await store.storeBatch(Array.from({ length: 30 }, (_, i) => patternOf(i)));
    await store.deletePattern('p4');
    const cases = [
      [{ filter: { lt: ['metadata.priority', 10] } }, (i) => i < 10],
      [{ filter: { eq: ['metadata.labels', 'l1'] }, domain: 'odd' }, (i) => i % 3 && i % 4 === 1],
      [{ filter: { not: { exists: 'metadata.labels' } } }, (i) => i % 3 === 0],
      [{ domain: 'even' }, (i) => i % 2 === 0],
      [{}, () => true],
    ];
    const check = async (it) => {
      for (const [filter, holds] of cases) {
        const expected = Array.from({ length: 30 }, (_, i) => i)
          .filter((i) => i !== 4 && holds(i))
          .map((i) => `p${i}`);
        assert.ok(expected.length > 0);
        assert.equal(await it.count(filter), expected.length);
        const listed = [];
        for await (const pattern of it.patterns(filter)) listed.push(pattern.id);
        assert.deepEqual(listed, expected);
        const found = await it.searchSimilar([1, 0, 0], { ...filter, k: 30 });
        assert.deepEqual(found.map(({ pattern }) => pattern.id).sort(), [...expected].sort());
      }
    };
    await check(store);
    await assert.rejects(
      store.storePattern({ ...patternOf(1), metadata: { priority: 'high' } }),
      invalid('metadata.priority is a string, but is declared as a number'),
    );
    await assert.rejects(store.count({ colour: 'red' }), invalid('unknown field "colour"'));
    await assert.rejects(async () => {
      for await (const pattern of store.patterns({ colour: 'red' })) assert.fail(pattern.id);
    }, invalid('unknown field "colour"'));
    await store.shutdown();
    const again = await open({ storage });
    await check(again);
    await again.shutdown();
    const as = await open({ storage, metadataFields: undefined });
    await check(as);
    await as.shutdown();
    await assert.rejects(
      open({ storage, metadataFields: [{ name: 'priority', kind: 'string' }] }),
      invalid('config: metadataFields are "priority" (string), but the store was created with'),
    );
  });

  test(`${backend}: what declares no metadata field is refused by name`, async () => {
    for (const fields of [
      'priority',
      [{ name: '', kind: 'number' }],
      [{ name: 'x', kind: 'date' }],
      [{ name: 'x' }],
      [{ name: 'x', kind: 'number', more: 1 }],
    ])
      await assert.rejects(open({ metadataFields: fields }), invalid('metadataFields'));
  });
}
