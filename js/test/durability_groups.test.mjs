// Changes that are asked for while the sync of others is under way: they share the write after it. When
// that sync fails, none of both is acknowledged or ever written; when power fails in between, nothing
// that was acknowledged is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { contentOf, make, patternOf } from './model.mjs';
import { PowerLossFiles } from './power_loss_files.mjs';
import { crashImages } from './power_loss_images.mjs';
import { checkImage, History, openFrom } from './power_loss_run.mjs';
import { random, seedFor } from './support.mjs';

const store = (...patterns) => ({ kind: 'store', patterns });
const KEPT = store(patternOf('kept', 1));
const FIRST = [store(patternOf('a', 1)), store(patternOf('b', 1), patternOf('c', 1))];
const SECOND = [store(patternOf('a', 2)), { kind: 'delete', id: 'b' }, store(patternOf('d', 1))];
const THIRD = [{ kind: 'use', id: 'd' }, store(patternOf('e', 1, 9000))];

/**
 * A store that has acknowledged `KEPT`. The first group is asked for at once, and each other one in the
 * sync of the one before, `from` being a boundary of it: 1 before its work, 2 after. `ends` has how each
 * change ended, in the order of asking.
 */
async function inGroups(groups, { from, fault, onBoundary }) {
  const files = new PowerLossFiles();
  const history = new History();
  const opened = await openFrom(files);
  await history.make(opened, KEPT);
  const ends = [];
  const waiting = [...groups];
  const ask = () => {
    for (const change of waiting.shift() ?? [])
      ends.push(
        history.make(opened, change).then(
          () => 'acknowledged',
          (error) => error,
        ),
      );
  };
  const before = files.calls.length;
  let boundaries = 0;
  files.onBoundary = (name) => {
    onBoundary?.(files, history);
    if (name === 'datasync' && ++boundaries % 2 === from % 2) ask();
  };
  if (fault !== undefined) {
    files.onCall = (call) => {
      if (files.fault === undefined && call > before && files.calls.at(-1) === 'datasync')
        files.fault = { at: call, code: 'EIO', ...fault };
    };
  }
  ask();
  const settled = [];
  while (settled.length < ends.length) settled.push(await ends[settled.length]);
  return { files, history, opened, settled, syncs: boundaries / 2 };
}

for (const from of [1, 2])
  for (const how of ['before', 'after'])
    test(`a sync that fails ${how} its work, with changes from boundary ${from}`, async (t) => {
      const next = random(seedFor(t, 5));
      const { files, history, opened, settled, syncs } = await inGroups([FIRST, SECOND], {
        from,
        fault: { how },
      });
      assert.equal(settled.length, FIRST.length + SECOND.length);
      for (const error of settled) {
        assert.equal(error.code, 'IO', String(error));
        assert.match(error.message, /EIO/);
      }
      assert.equal(syncs, 1, 'the second group was written');
      const content = await contentOf(opened);
      await assert.rejects(make(opened, store(patternOf('late', 1))), { code: 'IO' });
      assert.equal(await contentOf(opened), content);
      assert.equal((await opened.health()).state, 'critical');
      for (const { image } of crashImages(files, () => (next() + 1) / 2))
        await checkImage(image, [history.allowed()]);
      await assert.rejects(opened.shutdown(), { code: 'IO' });
      files.killed = true;
      const again = await openFrom(files.ofAnotherProcess());
      const found = await contentOf(again);
      assert.ok(history.allowed().includes(found));
      assert.ok((await again.getPattern('d')) === null, 'the second group is there');
    });

for (const from of [1, 2])
  test(`power that fails while groups follow one another, from boundary ${from}`, async (t) => {
    const next = random(seedFor(t, 6));
    const images = [];
    const onBoundary = (files, history) => {
      for (const { image } of crashImages(files, () => (next() + 1) / 2))
        images.push({ image, allowed: history.allowed() });
    };
    const { history, opened, settled, syncs } = await inGroups([FIRST, SECOND, THIRD], {
      from,
      onBoundary,
    });
    assert.ok(settled.every((end) => end === 'acknowledged'));
    assert.equal(syncs, 3);
    assert.equal(await contentOf(opened), String(history.last));
    for (const { image, allowed } of images) await checkImage(image, [allowed]);
    t.diagnostic(`${images.length} images`);
    await opened.shutdown();
  });
