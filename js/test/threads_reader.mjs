// A thread that reads a store beside its writer, until it has seen the last step: searches, refreshes,
// and looks at everything each time.
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as pause } from 'node:timers/promises';
import { contentOf, statesOf, stepsOf } from './follow_steps.mjs';
import { openOn } from './open_support.mjs';
import { random } from './support.mjs';

const { storagePath, seed, count, thread, shared } = workerData;
const acknowledged = new Int32Array(shared);
const states = statesOf(stepsOf(seed, count));
const next = random(seed + thread);
const store = await openOn('native', { storagePath, readOnly: true });
const tally = { refreshes: 0, reopened: 0, searches: 0 };
for (let last = 0; last < count;) {
  const before = Atomics.load(acknowledged, 0);
  const { reopened } = await store.refresh();
  const { step, text } = await contentOf(store);
  assert.ok(step >= before && step >= last, `${step} is found, ${before} was acknowledged`);
  assert.ok([states[step].after, states[step].between].includes(text), `half of step ${step}`);
  const there = await store.count();
  for (let i = 0; i < 20; ++i) {
    const query = Array.from({ length: 4 }, next);
    const found = await store.searchSimilar(query, { k: 5, useMMR: i % 2 === 1 });
    assert.equal(found.length, Math.min(5, there));
    for (const { pattern } of found) assert.ok(text.includes(`${pattern.id},`), pattern.id);
    ++tally.searches;
  }
  last = step;
  ++tally.refreshes;
  if (reopened) ++tally.reopened;
  await pause((next() + 1) * 4);
}
await store.shutdown();
parentPort.postMessage(tally);
