import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pauseFor } from '../lib/health/clock.js';
import { atLeisure, inSlices, paceOf } from '../lib/health/pace.js';
import { Turns } from '../lib/pattern_store/turns.js';
import { FakeClock } from './health_fake.mjs';
import { backends } from './open_support.mjs';

const run = promisify(execFile);
const [pace, paceClock] = ['pace', 'clock'].map((name) =>
  new URL(`../lib/health/${name}.js`, import.meta.url).toString(),
);
const child = fileURLToPath(new URL('./health_waiting_child.mjs', import.meta.url));

for (const backend of backends)
  for (const call of ['optimize', 'buildIndex', 'heal'])
    test(`${backend}: a process that waits for ${call}() beside healing comes to its end`, async () => {
      const { stdout } = await run(process.execPath, [child, backend, call]);
      assert.equal(stdout, '1500 of 1500');
    });

test('work that rests goes on at once, and without rest, when somebody waits for it', async () => {
  const clock = new FakeClock();
  const turns = new Turns();
  const { signal } = new AbortController();
  const pace = { ...atLeisure('native', { clock, signal, held: [turns] }), sliceMs: 0 };
  let steps = 0;
  const work = turns.take(() => inSlices(() => ++steps < 50, pace));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(steps, 1, 'the clock stands');
  assert.equal(turns.hasWaiting, false);
  const after = turns.take(() => steps);
  assert.equal(turns.hasWaiting, true);
  assert.equal(await after, 50);
  await work;
  assert.equal(turns.hasWaiting, false);
  assert.equal(clock.waiting, 0);
});

test('work rests as long as its share of the time says, and at a share of 1 for one turn', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let part = 0.25;
  const { pause } = atLeisure('native', { clock, signal, share: () => part });
  const isOver = async (ms) => {
    let over = false;
    const resting = pause().then(() => (over = true));
    await clock.advance(ms - 0.5);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(over, false, `${part}: before ${ms} ms`);
    await clock.advance(0.5);
    await resting;
  };
  await isOver(3);
  part = 0.5;
  await isOver(1);
  part = 1;
  const turn = pause();
  assert.equal(clock.waiting, 1);
  await clock.advance(0);
  await turn;
});

test('work that follows other work has what that has left of a slice, or a slice of its own', async () => {
  let rests = 0;
  const pause = async () => {
    rests += 1;
  };
  const oneStep = (pace, ms) =>
    inSlices(() => {
      for (const began = performance.now(); performance.now() - began < ms;);
      return false;
    }, pace);
  const half = paceOf(20, pause);
  for (let n = 0; n < 4; ++n) await oneStep(half, 12);
  assert.equal(rests, 3, 'each takes more than half of a slice');
  rests = 0;
  const long = paceOf(60_000, pause);
  for (let n = 0; n < 4; ++n) await oneStep(long, 2);
  assert.equal(rests, 0);
  assert.ok(long.taken.longestMs >= 8, 'together they are one pause');
  assert.ok(long.taken.busyMs >= 8 && half.taken.busyMs >= 48);
});

test('the shortest rest is a turn of the event loop, and keeps no process from its end', async () => {
  const script = `
    import { atLeisure, inSlices } from ${JSON.stringify(pace)};
    import { systemClock as clock } from ${JSON.stringify(paceClock)};
    const { signal } = new AbortController();
    let steps = 0;
    inSlices(() => ++steps > 0, atLeisure('native', { clock, signal, share: () => 1 }));
    for (let turn = 0; turn < 20; ++turn) {
      const before = steps;
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      if (steps === before) throw new Error('no step in two turns');
    }
    console.log('ended');
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 30_000,
  });
  assert.equal(stdout, 'ended\n');
});

test('a pause is over when its time is, when the signal fires, or when something wakes it', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const wakes = new Set();
  const wakeup = (wake) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  const pause = () => pauseFor(clock, 5, stop.signal, [wakeup]);
  const timely = pause();
  await clock.advance(5);
  await timely;
  assert.equal(wakes.size, 0);
  const woken = pause();
  for (const wake of [...wakes]) wake();
  await woken;
  assert.deepEqual([wakes.size, clock.waiting], [0, 0]);
  const stopped = pause();
  stop.abort();
  await stopped;
  assert.deepEqual([wakes.size, clock.waiting], [0, 0]);
});
