// What an arm does for its store each evening, on the engine's own calls.

/** How much one step does, so that many make a slice: patterns of each kind of rebuild, nodes. */
const STEP = { relink: 1, compact: 8, census: 16, repair: 1 };

const tombstoneShare = ({ slots, count }) => (slots === 0 ? 0 : (slots - count) / slots);

const bytesOf = ({ graphBytes, codeBytes, recordBytes }) => graphBytes + codeBytes + recordBytes;

function rebuilt(store, kind, slices) {
  const before = bytesOf(store.stats());
  slices.run(`${kind}: begin`, () => {
    store.beginRebuild(kind);
    return false;
  });
  // A thread makes room for it meanwhile.
  while (!store.rebuildProgress.prepared) slices.between();
  slices.run(`${kind}: step`, () => !store.stepRebuild(STEP[kind]));
  slices.holds(bytesOf(store.stats()) - before);
  slices.run(`${kind}: finish`, () => {
    store.finishRebuild();
    return false;
  });
}

export function census(store, slices) {
  let found;
  slices.run('census: begin', () => {
    store.beginCensus();
    return false;
  });
  slices.run('census', () => {
    found = store.stepCensus(STEP.census);
    return found === undefined;
  });
  return found;
}

/** Each does what it finds due, and returns the kinds of actions that it took. */
export const POLICIES = {
  off: () => [],
  rule(store, slices) {
    if (tombstoneShare(store.stats()) <= 0.2) return [];
    rebuilt(store, 'relink', slices);
    return ['rebuild'];
  },
  primitives(store, slices) {
    const actions = [];
    if (tombstoneShare(store.stats()) > 0.05) {
      rebuilt(store, 'compact', slices);
      actions.push('compact');
    }
    census(store, slices);
    let repaired = 0;
    slices.run('repair', () => {
      const report = store.stepRepair(STEP.repair);
      repaired += report?.nodes ?? 0;
      return report !== undefined;
    });
    if (repaired > 0) actions.push('repair');
    return actions;
  },
};
