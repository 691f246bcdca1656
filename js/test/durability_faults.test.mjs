// Every call to the file system fails in turn while a store is opened, written, compacted and shut
// down: a typed error, reading goes on, writing does not, and nothing that was acknowledged is lost,
// not even when power fails right after.
import assert from 'node:assert/strict';
import test from 'node:test';
import { DamaskError } from '../lib/errors.js';
import { contentOf, make, patternOf } from './model.mjs';
import { PowerLossFiles } from './power_loss_files.mjs';
import { crashImages } from './power_loss_images.mjs';
import { checkImage, goOn, History, openFrom } from './power_loss_run.mjs';
import { random } from './support.mjs';

const store = (...patterns) => ({ kind: 'store', patterns });
const STEPS = [
  [store(patternOf('a', 1), patternOf('b', 1))],
  [store(patternOf('c', 1, 9000)), { kind: 'delete', id: 'a' }, store(patternOf('d', 1))],
  [{ kind: 'use', id: 'b' }],
  [{ kind: 'delete', id: 'b' }, { kind: 'optimize' }],
  [store(patternOf('e', 1))],
];

function assertTyped(error, code, step) {
  assert.ok(error instanceof DamaskError, `${step}: ${error.stack}`);
  assert.equal(error.code, 'IO', `${step}: ${error.message}`);
  assert.ok(error.message.includes(code), `${step}: ${error.message}`);
}

/** Runs the steps until one fails; gives the errors. */
async function runSteps(opened, history) {
  for (const step of STEPS) {
    const ends = await Promise.allSettled(step.map((change) => history.make(opened, change)));
    const errors = ends.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
    if (errors.length > 0) return errors;
  }
  return [];
}

/** Two sessions, so that the third one reads a journal of two parts. */
async function twoSessions() {
  const files = new PowerLossFiles();
  const history = new History();
  for (const id of ['first', 'second']) {
    const before = await openFrom(files);
    await history.make(before, store(patternOf(id, 1)));
    await before.shutdown();
  }
  return { files, history };
}

/** What a session without a fault calls. */
async function callsOfSession() {
  const { files, history } = await twoSessions();
  const mine = files.ofAnotherProcess();
  const opened = await openFrom(mine);
  assert.deepEqual(await runSteps(opened, history), []);
  await opened.shutdown();
  return mine.calls;
}

/** One session with a fault. */
async function tryFault(fault, tally) {
  const { files, history } = await twoSessions();
  const mine = files.ofAnotherProcess();
  mine.fault = fault;
  const step = () => `${fault.code} ${fault.how} call ${fault.at} (${mine.calls[fault.at - 1]})`;
  const opened = await openFrom(mine).catch((error) => assertTyped(error, fault.code, step()));
  if (opened !== undefined) {
    const errors = await runSteps(opened, history);
    for (const error of errors) assertTyped(error, fault.code, step());
    const ended = errors.length > 0;
    if (ended) {
      ++tally.poisoned;
      const content = await contentOf(opened);
      for (const change of [store(patternOf('refused', 1)), { kind: 'delete', id: 'first' }])
        await assert.rejects(make(opened, change), { code: 'IO' }, step());
      assert.equal(await contentOf(opened), content, step());
      assert.equal((await opened.searchSimilar([1, 0, 0, 0], { k: 2 })).length, 2, step());
    }
    const atEnd = await opened.shutdown().catch((error) => error);
    if (ended) assert.equal(atEnd?.code, 'IO', step());
    else if (atEnd !== undefined) assertTyped(atEnd, fault.code, step());
  } else ++tally.unopened;
  ++tally.faults;

  const next = random(fault.at);
  const images = new Map(
    crashImages(files, () => (next() + 1) / 2).map(({ key, image }) => [key, image]),
  );
  for (const image of images.values()) await checkImage(image, [history.allowed()], step());
  tally.images += images.size;
  mine.killed = true;
  const again = await openFrom(files);
  assert.ok(history.allowed().includes(await contentOf(again)), step());
  await goOn(files, again, step());
}

for (const { code, lasting, ways } of [
  { code: 'ENOSPC', lasting: true, ways: ['before', 'after'] },
  { code: 'EIO', lasting: false, ways: ['before', 'after'] },
  { code: 'EINTR', lasting: false, ways: ['before'] },
])
  test(`${code} at every call in turn`, async (t) => {
    const calls = await callsOfSession();
    const tally = { faults: 0, unopened: 0, poisoned: 0, images: 0 };
    for (const [index, name] of calls.entries())
      for (const how of name.startsWith('write') ? [...ways, 'short'] : ways)
        await tryFault({ at: index + 1, how, code, lasting }, tally);
    t.diagnostic(JSON.stringify(tally));
    assert.ok(tally.unopened > 10 && tally.poisoned > 50);
  });
