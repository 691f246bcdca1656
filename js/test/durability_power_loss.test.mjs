// Power failures at every call boundary of a run of sessions, some of them killed: every image must
// open, hold all that was acknowledged, and nothing but the first of the changes under way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { patternOf } from './model.mjs';
import { PowerLossFiles } from './power_loss_files.mjs';
import { crashImages } from './power_loss_images.mjs';
import { checkImage, History, session } from './power_loss_run.mjs';
import { random, seedFor } from './support.mjs';

const store = (...patterns) => ({ kind: 'store', patterns });
const optimize = { kind: 'optimize' };

/** Changes of every kind, of some hundred bytes to some pages, alone and in groups. */
function steps(next, count) {
  const id = () => `p${Math.floor(((next() + 1) / 2) * 6)}`;
  let version = 0;
  const one = () => {
    const kind = (next() + 1) / 2;
    const length = kind < 0.2 ? 9000 : 60;
    if (kind < 0.5) return store(patternOf(id(), ++version, length));
    if (kind < 0.7) return store(...['a', 'b', 'c'].map((it) => patternOf(it, ++version, length)));
    if (kind < 0.8) return { kind: 'delete', id: id() };
    if (kind < 0.95) return { kind: 'use', id: id() };
    return { kind: 'clear' };
  };
  return Array.from({ length: count }, (_, i) =>
    i % 4 === 3 ? [one(), one(), one(), one()] : [one()],
  );
}

/** Runs sessions, takes images at every call boundary and looks at each of them. */
async function tryRun(t, sessions, next, policy) {
  const files = new PowerLossFiles();
  const history = new History(policy);
  const images = new Map();
  let tried = 0;
  files.onBoundary = () => {
    for (const { image, key } of crashImages(files, () => (next() + 1) / 2)) {
      ++tried;
      if (!images.has(key)) images.set(key, { image, allowed: new Map() });
      images.get(key).allowed.set(history.revision, history.allowed());
    }
  };
  for (const it of sessions) await session(files, history, it);
  files.onBoundary();
  for (const { image, allowed } of images.values()) await checkImage(image, [...allowed.values()]);
  t.diagnostic(`${tried} images, ${images.size} of them different`);
  return tried;
}

test('a run of sessions that are shut down', async (t) => {
  const next = random(seedFor(t, 1));
  const sessions = Array.from({ length: 3 }, () => ({ steps: [...steps(next, 8), [optimize]] }));
  assert.ok((await tryRun(t, sessions, next)) > 1000);
});

test('a run of sessions that are killed', async (t) => {
  const next = random(seedFor(t, 2));
  const sessions = Array.from({ length: 24 }, () => ({
    steps: steps(next, 6),
    killAfter: Math.floor((next() + 1) * 50),
  }));
  assert.ok((await tryRun(t, sessions, next)) > 1000);
});

test('a journal that is followed by the next while its snapshot is written', async (t) => {
  const next = random(seedFor(t, 3));
  const big = { ...patternOf('big', 1), content: 'x'.repeat(4_300_000) };
  const sessions = [
    { steps: [[store(patternOf('a', 1))], [store(big)], ...steps(next, 3)] },
    { steps: steps(next, 1) },
  ];
  assert.ok((await tryRun(t, sessions, next)) > 500);
});

/** Some changes, then what makes them durable where the policy does not, and some more. */
function flushedSteps(next, count) {
  const flush = [{ kind: 'flush' }];
  return Array.from({ length: count }, () => [...steps(next, 3), flush, ...steps(next, 2)]).flat();
}

for (const [policy, durability] of [
  ['manual', 'manual'],
  ['interval', { policy: 'interval', ms: 1, bytes: 4000 }],
])
  test(`${policy}: what is found begins all that was done, and has all that was flushed`, async (t) => {
    const next = random(seedFor(t, 4));
    const sessions = Array.from({ length: 8 }, (_, i) => ({
      steps: flushedSteps(next, 2),
      killAfter: i % 3 === 2 ? Infinity : Math.floor((next() + 1) * 40),
      config: { durability },
    }));
    assert.ok((await tryRun(t, sessions, next, policy)) > 1000);
  });
