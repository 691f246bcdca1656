import assert from 'node:assert/strict';
import test from 'node:test';
import { MemoryStorage } from '../lib/index.js';
import { healthName } from '../lib/storage/names.js';
import { backends, openOn, patterns } from './open_support.mjs';
import { refusal } from './support.mjs';

const DIMENSION = 8;
const remove = async (store, from, to) => {
  for (let i = from; i < to; ++i) await store.deletePattern(`pattern-${i}`);
};

for (const backend of backends) {
  const open = (config) => openOn(backend, { dimension: DIMENSION, ...config });

  test(`${backend}: heal() gives the room of deleted patterns back, when that is worth it`, async () => {
    const store = await open({ healing: 'off' });
    assert.deepEqual(await store.heal(), []);
    await store.storeBatch(patterns(800, DIMENSION));
    await remove(store, 0, 256);
    const [query] = patterns(800, DIMENSION).slice(-1);
    const before = await store.searchSimilar(query.embedding, { k: 30 });
    const [action, ...others] = await store.heal();
    assert.deepEqual(others, []);
    assert.equal(action.kind, 'compact');
    assert.equal(action.outcome, 'kept');
    assert.equal(action.before.tombstones, 256);
    assert.equal(action.after.tombstones, 0);
    assert.match(action.because, /256 deleted/u);
    const { count, slots } = await store.getStats();
    assert.deepEqual([count, slots], [544, 544]);
    assert.deepEqual(await store.searchSimilar(query.embedding, { k: 30 }), before);
    await remove(store, 256, 511);
    assert.deepEqual(await store.heal(), [], '255 are few');
    assert.deepEqual(await store.healingActions(), [action]);
    await store.shutdown();
    await assert.rejects(store.heal(), { code: 'DISPOSED' });
    await assert.rejects(store.healthHistory(), { code: 'DISPOSED' });
  });

  test(`${backend}: what was seen is kept with the store, and readers see it`, async () => {
    const storage = new MemoryStorage();
    const store = await open({ storage, healing: 'off' });
    await store.storeBatch(patterns(700, DIMENSION));
    await remove(store, 0, 300);
    const actions = await store.heal();
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ['compact', 'snapshot'],
    );
    await store.flush();
    const [sample] = await store.healthHistory();
    assert.equal(sample.count, 400);
    assert.equal(sample.state, 'healthy');
    assert.ok(sample.syncUs.count > 0 && sample.journalBytes > 0);

    const reader = await open({ storage, readOnly: true });
    assert.deepEqual(await reader.healthHistory(), [sample]);
    assert.deepEqual(await reader.healingActions(), actions);
    await assert.rejects(reader.heal(), refusal('ReadOnlyError', 'READ_ONLY', 'readOnly'));
    const files = (await storage.list()).sort();
    await reader.searchSimilar(new Float32Array(DIMENSION).fill(1));
    await reader.shutdown();
    assert.deepEqual((await storage.list()).sort(), files);

    await remove(store, 300, 600);
    await store.shutdown();
    const again = await open({ storage });
    assert.deepEqual(await again.healingActions(), actions);
    const samples = await again.healthHistory();
    assert.deepEqual(samples[0], sample);
    assert.equal(samples.at(-1).count, 100);
    assert.equal((await again.getStats()).count, 100);
    await again.shutdown();
    assert.equal((await storage.list()).filter((name) => name.startsWith('health-')).length, 1);
  });

  test(`${backend}: a history that cannot be read or written keeps nobody from the store`, async () => {
    const storage = new MemoryStorage();
    const warnings = [];
    const config = { storage, healing: 'off', onWarning: (message) => warnings.push(message) };
    const store = await open(config);
    await store.storeBatch(patterns(10, DIMENSION));
    await store.shutdown();
    await storage.create(healthName(1), [new TextEncoder().encode('{"version":1,"samples":0}')]);
    const { create } = storage;
    storage.create = (name, content) =>
      name.startsWith('health-')
        ? Promise.reject(new Error('no room'))
        : create.call(storage, name, content);
    const again = await open(config);
    assert.deepEqual(await again.healthHistory(), []);
    await again.heal();
    assert.equal((await again.healthHistory()).length, 1);
    await again.flush();
    await again.heal();
    await again.flush();
    assert.deepEqual(warnings, ['damask could not keep the history of a store: no room']);
    assert.equal((await again.health()).state, 'healthy');
    await again.shutdown();
  });

  test(`${backend}: without metrics nothing is watched, and healing is there when asked for`, async () => {
    const store = await open({ enableMetrics: false });
    await store.storeBatch(patterns(700, DIMENSION));
    await remove(store, 0, 300);
    await store.searchSimilar(new Float32Array(DIMENSION).fill(1));
    assert.deepEqual(
      (await store.heal()).map(({ kind }) => kind),
      ['compact'],
    );
    assert.deepEqual(await store.healthHistory(), []);
    await store.shutdown();
  });
}
