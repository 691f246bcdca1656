// What every driver must do, asked of each.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ConflictError, InvalidArgumentError } from '../lib/errors.js';
import { places } from './storage_places.mjs';

const FIRST = 'snapshot-000000000001.damask';
const SECOND = 'snapshot-000000000002.damask';
const bytes = (...values) => Uint8Array.from(values);

/** Bytes that differ from place to place, so that a piece in the wrong order shows. */
function pattern(length) {
  return Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 24);
}

for (const [kind, make] of Object.entries(places)) {
  test(`${kind}: a place begins empty`, async (t) => {
    const driver = await (await make(t)).open();
    assert.deepEqual(await driver.list(), []);
    assert.equal(await driver.read(FIRST), undefined);
    await driver.remove(FIRST);
    await driver.close();
  });

  test(`${kind}: what was created is there whole, also after closing`, async (t) => {
    const place = await make(t);
    const writer = await place.open();
    await writer.create(FIRST, [bytes(1, 2), bytes(), bytes(3)]);
    await writer.create('journal-000000000001-000001.damask', [bytes(9)]);
    await writer.close();
    const reader = await place.open();
    assert.deepEqual((await reader.list()).sort(), ['journal-000000000001-000001.damask', FIRST]);
    assert.deepEqual(await reader.read(FIRST), bytes(1, 2, 3));
    await reader.close();
  });

  test(`${kind}: a large file of parts of larger buffers`, async (t) => {
    const driver = await (await make(t)).open();
    const whole = pattern(3 * (1 << 20) + 12345);
    const parts = [whole.subarray(0, 7), whole.subarray(7, 2_500_000), whole.subarray(2_500_000)];
    await driver.create(FIRST, parts);
    assert.ok(Buffer.from(whole).equals(await driver.read(FIRST)));
    await driver.close();
  });

  test(`${kind}: neither writers nor readers share their buffers with the file`, async (t) => {
    const driver = await (await make(t)).open();
    const written = bytes(1, 2, 3);
    await driver.create(FIRST, [written]);
    written.fill(0);
    (await driver.read(FIRST)).fill(0);
    assert.deepEqual(await driver.read(FIRST), bytes(1, 2, 3));
    await driver.close();
  });

  test(`${kind}: a name that is taken is a conflict and keeps its file`, async (t) => {
    const place = await make(t);
    const [one, other] = [await place.open(), await place.open()];
    await one.create(FIRST, [bytes(1)]);
    for (const driver of [one, other])
      await assert.rejects(driver.create(FIRST, [bytes(2)]), (error) => {
        assert.ok(error instanceof ConflictError);
        assert.match(error.message, /snapshot-000000000001\.damask/);
        return true;
      });
    assert.deepEqual(await one.read(FIRST), bytes(1));
    await Promise.all([one.close(), other.close()]);
  });

  test(`${kind}: of two writers at the same moment exactly one wins`, async (t) => {
    const place = await make(t);
    if (!place.exclusive) return t.skip('not promised');
    const writers = await Promise.all([place.open(), place.open()]);
    for (let round = 1; round <= 20; ++round) {
      const name = `snapshot-${String(round).padStart(12, '0')}.damask`;
      const order = round % 2 ? [0, 1] : [1, 0];
      const outcomes = await Promise.allSettled(
        order.map((i) => writers[i].create(name, [bytes(i + 1), pattern(1000)])),
      );
      const winners = order.filter((_, place) => outcomes[place].status === 'fulfilled');
      assert.equal(winners.length, 1, `round ${round}`);
      const lost = outcomes.find(({ status }) => status === 'rejected');
      assert.ok(lost.reason instanceof ConflictError, String(lost.reason));
      assert.equal((await writers[0].read(name))[0], winners[0] + 1);
      assert.equal((await writers[0].read(name)).length, 1001);
    }
    await Promise.all(writers.map((writer) => writer.close()));
  });

  test(`${kind}: a removed file is gone and its name free`, async (t) => {
    const driver = await (await make(t)).open();
    await driver.create(FIRST, [pattern(2_000_000)]);
    await driver.create(SECOND, [bytes(2)]);
    await driver.remove(FIRST);
    assert.deepEqual(await driver.list(), [SECOND]);
    assert.equal(await driver.read(FIRST), undefined);
    await driver.create(FIRST, [bytes(3)]);
    assert.deepEqual(await driver.read(FIRST), bytes(3));
    assert.deepEqual(await driver.read(SECOND), bytes(2));
    await driver.close();
  });

  test(`${kind}: names that are not a store's, and files without bytes, are refused`, async (t) => {
    const driver = await (await make(t)).open();
    const refused = (error) => error instanceof InvalidArgumentError;
    for (const name of [
      '',
      '..',
      `../${FIRST}`,
      `a/${FIRST}`,
      `a\\${FIRST}`,
      `${FIRST}/..`,
      `${FIRST}\n`,
      'snapshot-1.damask',
      'snapshot-000000000001.damask.tmp-0123456789abcdef',
      'notes.txt',
    ]) {
      await assert.rejects(driver.read(name), refused, name);
      await assert.rejects(driver.create(name, [bytes(1)]), refused, name);
      await assert.rejects(driver.remove(name), refused, name);
    }
    await assert.rejects(driver.create(FIRST, []), refused);
    await assert.rejects(driver.create(FIRST, [bytes(), bytes()]), refused);
    assert.deepEqual(await driver.list(), []);
    await driver.close();
  });

  test(`${kind}: files of other names are neither listed nor touched`, async (t) => {
    const place = await make(t);
    if (place.putStrange === undefined) return t.skip('nothing else can be in this place');
    const driver = await place.open();
    const strange = ['notes.txt', 'snapshot-1.damask', 'snapshot-000000000001.damask.bak'];
    for (const name of strange) await place.putStrange(name);
    await driver.create(FIRST, [bytes(1)]);
    assert.deepEqual(await driver.list(), [FIRST]);
    await driver.close();
    await (await place.open()).close();
    assert.deepEqual((await place.strange()).sort(), [...strange, FIRST].sort());
  });
}
