import assert from 'node:assert/strict';
import test from 'node:test';
import { Chronicle } from '../lib/health/chronicle.js';
import { HistoryFile } from '../lib/health/history_file.js';
import {
  decodeHistory,
  encodeHistory,
  History,
  MOST_SAMPLES,
  thin,
} from '../lib/health/history.js';
import { MemoryStorage } from '../lib/index.js';
import { healthName } from '../lib/storage/names.js';
import { FakeClock } from './health_fake.mjs';

const sampleAt = (at) => ({
  ...{ at, backend: 'native', state: 'healthy', reasons: [], count: 10, tombstones: 1, ef: 100 },
  ...{ searches: 7, searchesPerSecond: 0.5, journalBytes: 3 },
  recall: { value: 0.9, low: 0.8, high: 0.95, trials: 90 },
  memory: { graph: 1, codes: 2, records: 3 },
});
const action = {
  ...{ kind: 'compact', at: 5, because: 'tombstones', outcome: 'kept' },
  before: { tombstones: 300, memoryBytes: 9, ef: 100 },
  after: { tombstones: 0, memoryBytes: 8, ef: 100, recall: 1 },
  cost: { busyMs: 1.5, longestPauseMs: 1, peakBytes: 7 },
};
const baseline = { at: 1, slots: 10, ef: 100, selfMisses: 0, distances: 50 };
const content = { samples: [sampleAt(1), sampleAt(2)], actions: [action], baseline };
const bytesOf = (value) => new TextEncoder().encode(JSON.stringify(value));

test('the newest half stays whole, and years have a place too', () => {
  const history = new History();
  for (let at = 0; at < 10_000; ++at) history.addSample(sampleAt(at));
  const kept = history.samples.map(({ at }) => at);
  assert.ok(kept.length <= MOST_SAMPLES && kept.length > MOST_SAMPLES / 2);
  assert.deepEqual(
    kept,
    [...kept].sort((a, b) => a - b),
  );
  assert.deepEqual(
    kept.slice(-60),
    Array.from({ length: 60 }, (_, i) => 9940 + i),
  );
  assert.equal(kept[0], 0);
  assert.deepEqual(thin([1, 2, 3], 3), [1, 2, 3]);
  assert.deepEqual(thin([1, 2, 3, 4, 5, 6], 5), [1, 3, 4, 5, 6]);
});

test('what is written comes back', () => {
  assert.deepEqual(decodeHistory(encodeHistory(content)), content);
  const { samples, actions } = decodeHistory(new History().encode());
  assert.deepEqual([samples, actions], [[], []]);
});

test('what is none is left out', () => {
  const text = new TextDecoder().decode(encodeHistory(content));
  const altered = (change) => {
    const value = JSON.parse(text);
    change(value);
    return bytesOf(value);
  };
  for (const bytes of [
    new Uint8Array(),
    new Uint8Array([0xff, 0xfe]),
    bytesOf(null),
    bytesOf([]),
    bytesOf({ version: 1 }),
    new TextEncoder().encode(text.slice(0, -1)),
    altered((it) => (it.version = 2)),
    altered((it) => (it.samples[0].state = 'fine')),
    altered((it) => (it.samples[0].recall.value = 1.1)),
    altered((it) => (it.samples[0].count = '10')),
    altered((it) => (it.samples = Array(MOST_SAMPLES + 1).fill(it.samples[0]))),
    altered((it) => (it.actions[0].because = 'x'.repeat(5000))),
    altered((it) => delete it.actions[0].before.ef),
  ])
    assert.equal(decodeHistory(bytes), undefined);
  // Fields of later versions are let be.
  const later = altered((it) => (it.samples[0].later = { a: 1 }));
  assert.deepEqual(decodeHistory(later), content);
});

test('each file takes the place of those before it, and a damaged one is passed over', async () => {
  const storage = new MemoryStorage();
  const file = new HistoryFile(storage);
  assert.equal(await file.read(), undefined);
  await file.write(encodeHistory({ samples: [], actions: [] }));
  await file.write(encodeHistory(content));
  assert.deepEqual(await storage.list(), [healthName(2)]);
  assert.deepEqual(await file.read(), content);
  await storage.create(healthName(3), [Uint8Array.of(1, 2, 3)]);
  assert.deepEqual(await file.read(), content);
  await file.write(encodeHistory(content));
  assert.deepEqual(await storage.list(), [healthName(4)]);
});

test('a reader that finds the file taken away looks again', async () => {
  const storage = new MemoryStorage();
  const file = new HistoryFile(storage);
  await file.write(encodeHistory({ samples: [], actions: [] }));
  const { read } = storage;
  storage.read = async (name) => {
    storage.read = read;
    await file.write(encodeHistory(content));
    return storage.read(name);
  };
  assert.deepEqual(await file.read(), content);
});

test('samples are written a minute after the last time, actions at once, or all when asked', async () => {
  for (const isOnDemand of [false, true]) {
    const clock = new FakeClock();
    const written = [];
    const write = async (bytes) => written.push(decodeHistory(bytes).samples.length);
    const chronicle = new Chronicle(new History(), clock, { write, isOnDemand }, assert.fail);
    chronicle.addSample(sampleAt(1));
    await clock.advance(59_999);
    chronicle.addSample(sampleAt(2));
    await clock.advance(1);
    assert.deepEqual(written, []);
    chronicle.addSample(sampleAt(3));
    await clock.advance(1);
    chronicle.addAction(action);
    await clock.advance(1);
    assert.deepEqual(written, isOnDemand ? [] : [3, 3]);
    await chronicle.save();
    await chronicle.save();
    assert.deepEqual(written, isOnDemand ? [3] : [3, 3], 'nothing is written twice');
  }
});
