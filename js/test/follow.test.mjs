// Readers beside a writer in another process and on another engine, across compactions: each refresh
// shows all that was acknowledged before it, and never half of a batch.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { contentOf, DIMENSION, statesOf, stepsOf } from './follow_steps.mjs';
import { openOn, scratch } from './open_support.mjs';
import { random, seedFor } from './support.mjs';

const STEPS = 2000;
const MORTAL_STEPS = 600;
const program = fileURLToPath(new URL('follow_writer.mjs', import.meta.url));

/** Starts a writer; `acknowledged` is the step that it has said last. */
function startWriter(t, ...args) {
  const { started, writer } = start(t, args);
  return Object.assign(writer, { ended: once(started, 'exit') });
}

/** The same, killed and started again until it is at the end; counts the kills. */
function startMortalWriter(t, next, ...args) {
  const writer = { acknowledged: 0, kills: 0 };
  const run = async () => {
    for (;;) {
      const { started } = start(t, args, writer);
      const ended = once(started, 'exit');
      // However long it takes to start, it gets on.
      started.stdout.once('data', () => {
        setTimeout(() => started.kill('SIGKILL'), (next() + 1) * 150).unref();
      });
      const [code] = await ended;
      if (code === 0) return;
      ++writer.kills;
    }
  };
  return Object.assign(writer, { ended: run() });
}

function start(t, args, writer = { acknowledged: 0 }) {
  const child = spawn(process.execPath, [program, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  createInterface(child.stdout).on('line', (line) => (writer.acknowledged = Number(line)));
  return { started: child, writer };
}

async function untilThere(open) {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (error.code !== 'NOT_FOUND') throw error;
      await pause(10);
    }
  }
}

/** Refreshes until the last step is there, and looks at everything each time. */
async function follow(reader, writer, states, next, tally) {
  for (let last = 0; last < states.length - 1;) {
    const before = writer.acknowledged;
    const { sequence } = await reader.getStats();
    const report = await reader.refresh();
    const { step, text } = await contentOf(reader);
    assert.ok(step >= before, `step ${before} was acknowledged, but ${step} is found`);
    assert.ok(step >= last);
    const { after, between } = states[step];
    assert.ok(text === after || text === between, `half of a batch at step ${step}`);
    assert.equal((await reader.getStats()).sequence, report.sequence);
    assert.equal(report.changes, report.sequence - sequence);
    assert.ok((await reader.searchSimilar([1, 2, 3, 4], { k: 3 })).length === 3 || step < 5);
    last = step;
    ++tally.refreshes;
    if (report.reopened) ++tally.reopened;
    else if (report.changes > 0) ++tally.followed;
    tally.generations.add(report.generation);
    await pause((next() + 1) * 15);
  }
}

for (const [writing, reading] of [
  ['native', ['wasm-simd', 'native']],
  ['wasm-simd', ['native', 'wasm-scalar']],
])
  test(`${reading.join(' and ')} follow a ${writing} writer`, async (t) => {
    const seed = seedFor(t, 31);
    const storagePath = await scratch(t);
    const states = statesOf(stepsOf(seed, STEPS));
    const writer = startWriter(t, writing, storagePath, seed, STEPS);
    const config = { storagePath, readOnly: true, dimension: DIMENSION };
    const readers = await Promise.all(
      reading.map((backend) => untilThere(() => openOn(backend, config))),
    );
    const tallies = await Promise.all(
      readers.map(async (reader, i) => {
        const tally = { refreshes: 0, followed: 0, reopened: 0, generations: new Set() };
        await follow(reader, writer, states, random(seed + i), tally);
        return tally;
      }),
    );
    assert.deepEqual(await writer.ended, [0, null]);
    for (const [i, { generations, ...tally }] of tallies.entries()) {
      t.diagnostic(`${reading[i]}: ${JSON.stringify({ ...tally, generations: generations.size })}`);
      assert.ok(generations.size > 2, 'no compaction was followed');
    }
    for (const reader of readers) {
      assert.equal((await reader.refresh()).changes, 0);
      await reader.shutdown();
    }
  });

test('native and wasm-simd follow a native writer that is killed again and again', async (t) => {
  const seed = seedFor(t, 32);
  const storagePath = await scratch(t);
  const states = statesOf(stepsOf(seed, MORTAL_STEPS));
  const writer = startMortalWriter(t, random(seed), 'native', storagePath, seed, MORTAL_STEPS);
  const config = { storagePath, readOnly: true, dimension: DIMENSION };
  const readers = await Promise.all(
    ['native', 'wasm-simd'].map((backend) => untilThere(() => openOn(backend, config))),
  );
  for (const tally of await Promise.all(
    readers.map(async (reader, i) => {
      const tally = { refreshes: 0, followed: 0, reopened: 0, generations: new Set() };
      await follow(reader, writer, states, random(seed + i), tally);
      return tally;
    }),
  ))
    t.diagnostic(JSON.stringify({ ...tally, generations: tally.generations.size }));
  await writer.ended;
  t.diagnostic(`${writer.kills} kills`);
  assert.ok(writer.kills > 0);
  for (const reader of readers) await reader.shutdown();
});
