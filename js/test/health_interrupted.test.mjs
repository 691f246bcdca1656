import assert from 'node:assert/strict';
import test from 'node:test';
import { look } from './health_fake.mjs';

const kinds = (history) => history.actions.map(({ kind, outcome }) => `${kind} ${outcome}`);

test('shutting down stops what is under way', async () => {
  const { store, clock, search, history, caretaker } = look();
  store.tombstones = 300; // Of more it would not rest by the clock.
  store.stepRebuild = () => {
    const end = performance.now() + 2;
    while (performance.now() < end);
    return false;
  };
  search();
  await clock.advance(150);
  assert.deepEqual(store.calls, ['compact']);
  await caretaker.stop();
  assert.deepEqual(kinds(history), ['compact stopped']);
  await assert.rejects(caretaker.heal({}), { code: 'DISPOSED' });
});

test('a signal stops heal() with its own reason', async () => {
  const { store, history, caretaker } = look({ healing: 'off' });
  store.tombstones = 5000;
  store.stepRebuild = () => {
    controller.abort(new Error('enough'));
    return false;
  };
  const controller = new AbortController();
  await assert.rejects(caretaker.heal({ signal: controller.signal }), /enough/u);
  assert.deepEqual(kinds(history), ['compact stopped']);
  await caretaker.stop();
});

test('clearing the store stops what is under way, and forgets what was seen', async () => {
  const { store, history, caretaker } = look({ healing: 'off' });
  store.tombstones = 5000;
  store.stepRebuild = () => {
    store.cancelRebuild();
    caretaker.cleared();
    return false;
  };
  const actions = await caretaker.heal({});
  assert.deepEqual(
    actions.map(({ outcome }) => outcome),
    ['stopped'],
  );
  assert.equal(history.baseline, undefined);
  await caretaker.stop();
});

test('what listeners and warnings throw or reject with goes no further', async (t) => {
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.after(() => process.off('unhandledRejection', note));
  const warnings = [];
  const warn = (message) => {
    warnings.push(message);
    if (warnings.length % 2 === 0) throw new Error('no console');
    return Promise.reject(new Error('no network'));
  };
  const shelf = { write: () => Promise.reject(null), isOnDemand: false };
  const { store, history, clock, caretaker } = look({
    ...{ healing: 'off', warn, shelf },
    onHealth: async () => {
      throw null;
    },
  });
  caretaker.onHealth(() => {
    throw undefined;
  });
  store.unreachable = 3;
  assert.equal((await caretaker.heal({})).length, 1);
  await caretaker.save();
  store.stepRebuild = () => {
    throw null;
  };
  store.tombstones = 5000;
  const [{ outcome, message }] = await caretaker.heal({});
  assert.deepEqual([outcome, message], ['failed', 'null']);
  store.searchSlots = () => {
    throw null;
  };
  store.nextSlot = store.searchSlots;
  caretaker.used();
  await clock.advance(1000);
  await caretaker.save();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const told = warnings.join();
  assert.match(told, /listener of onHealth threw: null/u);
  assert.match(told, /listener of onHealth threw: undefined/u);
  assert.match(told, /history of a store: null/u);
  assert.match(told, /look after a store: null/u);
  assert.deepEqual(unhandled, []);
  assert.ok(history.actions.length >= 2);
  await caretaker.stop();
});

for (const when of ['census', 'measurement'])
  test(`clearing the store during the ${when} of heal() leaves nothing to do`, async () => {
    const { store, history, caretaker } = look({ healing: 'off' });
    store.tombstones = 5000;
    const name = when === 'census' ? 'stepCensus' : 'searchSlots';
    store[name] = () => {
      caretaker.cleared();
      throw Object.assign(new Error('there is none'), { code: 'INVALID_STATE' });
    };
    assert.deepEqual(await caretaker.heal({}), []);
    assert.deepEqual(kinds(history), []);
    store[name] = () => {
      throw new Error('not for this');
    };
    await assert.rejects(caretaker.heal({}), /not for this/u);
    await caretaker.stop();
  });

test('a listener that throws is told of, and others hear all the same', async () => {
  const { store, caretaker, warnings } = look({ healing: 'off' });
  const heard = [];
  caretaker.onHealth(() => {
    throw new Error('not mine');
  });
  const unsubscribe = caretaker.onHealth(({ kind }) => heard.push(kind));
  store.unreachable = 3;
  await caretaker.heal({});
  assert.deepEqual(heard, ['action']);
  assert.match(warnings.join(), /not mine/u);
  unsubscribe();
  store.unreachable = 3;
  await caretaker.heal({});
  assert.deepEqual(heard, ['action']);
  await caretaker.stop();
});
