import assert from 'node:assert/strict';
import test from 'node:test';
import { look } from './health_fake.mjs';

const kinds = (history) => history.actions.map(({ kind, outcome }) => `${kind} ${outcome}`);
const states = (events) =>
  events.filter(({ kind }) => kind === 'state').map(({ from, to }) => `${from}-${to}`);

test('a store that is not used has no timers, and one that is left alone loses them', async () => {
  const { clock, caretaker, search, history, watch } = look();
  assert.equal(clock.waiting, 0);
  search();
  assert.equal(clock.waiting, 1);
  await clock.advance(4900);
  assert.equal(history.samples.length, 0);
  await clock.advance(200);
  assert.equal(history.samples.length, 1);
  assert.equal(watch.window.operations, 0);
  await clock.advance(60_000);
  assert.equal(clock.waiting, 0);
  assert.equal(history.samples.length, 1);
  await caretaker.stop();
});

test('samples say what was measured, and leave out what was not', async () => {
  const { use, history, watch, caretaker, clock } = look();
  watch.inserted(2);
  caretaker.changed(1);
  await use(6);
  const [sample] = history.samples;
  assert.equal(sample.state, 'healthy');
  assert.ok(sample.searches >= 40 && sample.searches <= 60, `${sample.searches}`);
  assert.ok(Math.abs(sample.searchesPerSecond - 10) < 2, `${sample.searchesPerSecond}`);
  assert.equal(sample.distancesPerSearch, 800);
  assert.equal(sample.bytesPerSearch, 800 * 4);
  assert.equal(sample.recall.value, 1);
  assert.equal(sample.selfMisses.value, 0);
  assert.equal(sample.insertUs.count, 1);
  assert.ok(Math.abs(sample.searchUs.p50 - 50) < 1);
  assert.equal('syncUs' in sample, false);
  assert.equal('census' in sample, false);
  // Ten thousand operations do not wait for the time.
  const before = history.samples.length;
  caretaker.changed(10_000);
  await clock.advance(1200);
  assert.equal(history.samples.length, before + 1);
  assert.equal(history.samples.at(-1).census.live, 10_000);
  await caretaker.stop();
});

for (const [healing, actions, calls] of [
  ['auto', ['compact kept'], ['compact', 'census']],
  ['suggest', ['compact suggested'], []],
  ['off', [], []],
])
  test(`${healing}: tombstones lead to ${actions.join() || 'nothing'}`, async () => {
    const { store, use, history, caretaker, events } = look({ healing });
    store.tombstones = 501;
    await use(12);
    assert.deepEqual(kinds(history), actions);
    assert.deepEqual(store.calls, calls);
    const told = events.filter(({ kind }) => kind === 'action').map(({ action }) => action);
    assert.deepEqual(told, history.actions);
    if (healing === 'auto') {
      const [{ before, after, cost }] = history.actions;
      assert.equal(before.tombstones, 501);
      assert.equal(after.tombstones, 0);
      assert.equal(after.recall, 1);
      assert.ok(cost.busyMs >= cost.longestPauseMs && cost.peakBytes >= 0);
    }
    await caretaker.stop();
  });

test('what a compaction does not mend, a rebuild does, and the baseline is new then', async () => {
  const { store, use, history, caretaker, events } = look();
  await use(20);
  const { recall, probeEf } = history.baseline;
  assert.ok(recall > 0.9 && recall < 1, `${recall}: the lower end of its interval`);
  assert.equal(probeEf, 100);
  assert.equal(Math.round(history.baseline.distances), 800);
  // Too few to be taken away from a store that is well.
  store.tombstones = 150;
  store.missed = 0.2;
  await use(40);
  assert.deepEqual(kinds(history), ['compact kept', 'rebuild kept']);
  assert.deepEqual(states(events), ['healthy-degraded', 'degraded-healthy']);
  assert.ok(history.actions[1].before.recall < 0.9);
  assert.equal(history.actions[1].after.recall, 1);
  await caretaker.stop();
});

test('the usual recall is that of searches that were asked, not of made-up ones', async () => {
  const { store, use, history, caretaker } = look();
  store.distances = 800;
  await use(1);
  history.baseline = {
    ...{ at: 0, slots: 10_000, ef: 100, probeEf: 100, recall: 0.9 },
    ...{ selfMisses: 0, distances: 400 },
  };
  const [action] = await caretaker.heal({});
  assert.deepEqual([action.kind, action.outcome], ['rebuild', 'kept']);
  assert.equal(action.after.recall, 1);
  assert.equal(history.baseline.distances, 800);
  assert.equal(history.baseline.recall, undefined, 'only few searches were asked');
  await use(20);
  assert.ok(history.baseline.recall > 0.9);
  await caretaker.stop();
});

test('a baseline of another hnsw.efSearch is taken anew', async () => {
  const first = look({ healing: 'off' });
  await first.use(20);
  await first.caretaker.stop();
  const { history } = first;
  assert.equal(history.baseline.probeEf, 100);
  const second = look({ healing: 'off', history }, { efSearch: 200 });
  second.store.distances = 1600;
  await second.use(20);
  assert.deepEqual(second.caretaker.health().reasons, []);
  assert.equal(history.baseline.probeEf, 200);
  assert.equal(Math.round(history.baseline.distances), 1600);
  await second.caretaker.stop();
});

test('what fewer candidates find, which a controller chose, is no reason to build the graph anew', async () => {
  const { store, steering, use, history, watch, caretaker } = look(
    {},
    { targets: { recall: 0.97 } },
  );
  history.baseline = {
    ...{ at: 0, slots: 10_000, ef: 200, probeEf: 100, recall: 0.99 },
    ...{ selfMisses: 0.01, distances: 800 },
  };
  // It cannot meet what is wanted.
  steering.decide = () => undefined;
  store.missed = 0.2;
  await use(30);
  assert.deepEqual(
    caretaker.health().reasons.map(({ code }) => code),
    ['LOW_RECALL'],
  );
  assert.deepEqual(kinds(history), []);
  assert.ok(watch.reading().recall.trials > 30);
  // Of another ef nothing is known yet.
  steering.decide = () => steering.setBack(150);
  await use(1);
  assert.ok((watch.reading().recall?.trials ?? 0) <= 30);
  await caretaker.stop();
});

test('a compaction that makes it worse is said to have failed, and the next rung follows', async () => {
  const { store, use, history, caretaker } = look();
  await use(20);
  store.compacted = () => {
    store.tombstones = 0;
    store.missed = 0.3;
  };
  store.tombstones = 900;
  await use(20);
  assert.deepEqual(kinds(history), ['compact failed', 'rebuild kept']);
  assert.match(history.actions[0].message, /recall fell .* next step/u);
  await caretaker.stop();
});

test('what nothing mends is tried once, and again only when much has changed', async () => {
  const { store, use, history, caretaker } = look();
  await use(20);
  store.relinked = () => undefined;
  store.missed = 0.2;
  await use(40);
  assert.deepEqual(kinds(history), ['rebuild kept']);
  // What a new graph shows is what to expect of it.
  assert.ok(history.baseline.recall < 0.9);
  store.missed = 0.5;
  await use(40);
  assert.deepEqual(kinds(history), ['rebuild kept', 'rebuild kept']);
  await caretaker.stop();
});

test('uses that are recorded change no graph: nothing is looked at or tried again', async () => {
  const { store, use, history, caretaker } = look();
  await use(20);
  store.relinked = () => undefined;
  store.missed = 0.2;
  await use(40);
  const [actions, calls] = [kinds(history), [...store.calls]];
  assert.deepEqual(actions, ['rebuild kept']);
  store.unreachable = 3;
  caretaker.changed(5000, false);
  await use(20);
  assert.deepEqual([kinds(history), store.calls], [actions, calls]);
  caretaker.changed(5000);
  await use(20);
  assert.deepEqual(kinds(history), ['rebuild kept', 'repair kept']);
  await caretaker.stop();
});

test('a compaction is followed by a snapshot when much would come back, a repair always', async () => {
  let written = 0;
  const compactStorage = async () => {
    written += 1;
    durability.journalBytes = 0;
    durability.generation += 1;
  };
  const { store, durability, caretaker } = look({ healing: 'off', compactStorage });
  const heal = async () => (await caretaker.heal({})).map(({ kind }) => kind);
  // 2.5% of what is live, twice: that is more than 4%.
  for (const [kinds, count] of [
    [['compact'], 0],
    [['compact', 'snapshot'], 1],
    [['compact'], 1],
  ]) {
    store.tombstones = 250;
    assert.deepEqual(await heal(), []);
    store.tombstones = 258;
    assert.deepEqual([await heal(), written], [kinds, count]);
  }
  // What others have written has no tombstones either.
  durability.generation += 1;
  store.tombstones = 258;
  assert.deepEqual([await heal(), written], [['compact'], 1]);
  store.tombstones = 258;
  durability.journalBytes = (16 << 20) + 1;
  assert.deepEqual([await heal(), written], [['compact', 'snapshot'], 2]);
  store.unreachable = 3;
  assert.deepEqual([await heal(), written], [['repair'], 3]);
  await caretaker.stop();
});

test('heal() looks at once, repairs first, and says what it did', async () => {
  const { store, history, caretaker } = look({ healing: 'off' });
  assert.deepEqual(await caretaker.heal({}), []);
  store.unreachable = 7;
  const [action, ...others] = await caretaker.heal({});
  assert.deepEqual(others, []);
  assert.equal(action.kind, 'repair');
  assert.equal(action.before.unreachable, 7);
  assert.equal(action.after.unreachable, 0);
  store.unreachable = 7;
  store.repaired = () => undefined;
  const both = await caretaker.heal({});
  assert.deepEqual(
    both.map(({ kind, outcome }) => `${kind} ${outcome}`),
    ['repair failed', 'rebuild kept'],
  );
  assert.equal(history.actions.length, 3);
  await caretaker.stop();
});

test('more candidates are kept when they help within the budget, and else taken back', async () => {
  const targets = { recall: 0.95, p99Ms: 5 };
  const helped = look({}, { targets, kind: 'fixed' });
  helped.store.missed = 0.2;
  const search = helped.store.searchSlots.bind(helped.store);
  helped.store.searchSlots = (query, options = {}) => {
    helped.store.missed = helped.steering.ef > 100 ? 0.01 : 0.2;
    return search(query, options);
  };
  await helped.use(20);
  assert.deepEqual(kinds(helped.history), ['raise-ef kept']);
  assert.equal(helped.steering.ef, 150);
  await helped.caretaker.stop();

  const vain = look({}, { targets, kind: 'fixed' });
  vain.store.missed = 0.2;
  vain.store.relinked = () => undefined;
  await vain.use(20);
  assert.equal(kinds(vain.history)[0], 'raise-ef rolled-back');
  assert.equal(vain.steering.ef, 100);
  await vain.caretaker.stop();
});

for (const kind of [undefined, 'pi'])
  test(`${kind ?? 'mpc, as nothing is said'}: ef follows what is missed, and is kept within bounds`, async (t) => {
    const { store, steering, clock, search, caretaker, history } = look(
      { healing: 'off' },
      { targets: { recall: 0.98 }, kind },
    );
    // At ef 100 one query in twenty fails.
    const { searchSlots } = store;
    store.searchSlots = (query, options = {}) => {
      store.missed = 5 / steering.ef;
      return searchSlots.call(store, query, options);
    };
    const chosen = [];
    for (let i = 0; i < 200; ++i) {
      search(20);
      await clock.advance(1000);
      chosen.push(steering.ef);
    }
    const later = chosen.slice(50).sort((a, b) => a - b);
    const [least, middle, most] = [0, 75, 149].map((i) => later[i]);
    t.diagnostic(`ef ${least} to ${most}, half of the time above ${middle}`);
    assert.ok(middle > 150 && least >= 16 && most <= 2048);
    assert.ok(new Set(history.samples.map(({ ef }) => ef)).size > 5);
    assert.equal(steering.applied({ k: 5, ef: 20 }).ef, 20);
    assert.equal(steering.applied({ k: 5 }).ef, steering.ef);
    assert.equal(steering.applied({ k: 5000 }).ef, 5000);
    await caretaker.stop();
  });

test('searches that give their own ef say nothing of the store', async () => {
  const { store, search, clock, history, watch, caretaker } = look(
    {},
    { targets: { recall: 0.9, p99Ms: 1 }, kind: 'fixed' },
  );
  store.missed = 0.5;
  for (let i = 0; i < 20; ++i) {
    search(200, 50, true);
    await clock.advance(1000);
  }
  assert.deepEqual(kinds(history), []);
  assert.deepEqual(caretaker.health().reasons, []);
  const { recall, p99Ms } = watch.reading();
  assert.deepEqual([recall, p99Ms, watch.questions.length], [undefined, undefined, 0]);
  assert.ok(history.samples.at(-1).searchUs.p50 > 40_000, 'they are timed all the same');
  await caretaker.stop();
});

test('without targets ef stays as it was configured', async () => {
  const { store, steering, use, caretaker } = look({ healing: 'off' }, { efSearch: 64 });
  store.missed = 0.5;
  await use(20);
  assert.equal(steering.ef, 64);
  assert.deepEqual(steering.applied({ k: 5 }), { k: 5, ef: 64 });
  await caretaker.stop();
  const plain = look();
  assert.deepEqual(plain.steering.applied({ k: 5 }), { k: 5 });
});
