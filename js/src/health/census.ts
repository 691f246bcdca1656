import type { GraphCensus } from '../types.js';
import type { Store } from '../store.js';
import { atOnce, inSlices, StepSize, type Pace } from './pace.js';

/** Nodes that the first step looks at, and that any may. */
const FIRST_NODES = 64;
const MOST_NODES = 1024;
/** Nodes that a step of a repair may link: some take many times as long as others. */
const MOST_LINKED = 4;
/** Nodes with so few links that lead to them are weak. */
const WEAK_BELOW = 2;

/** Looks at all links, in slices. Throws InvalidStateError when the store is cleared meanwhile. */
export async function takeCensus(store: Store, pace: Pace): Promise<GraphCensus> {
  const size = new StepSize(FIRST_NODES, MOST_NODES, pace.sliceMs);
  let census: GraphCensus | undefined;
  atOnce(pace, () => {
    store.beginCensus();
  });
  const look = (): boolean => {
    census = size.run((nodes) => store.stepCensus(nodes));
    return census === undefined;
  };
  try {
    await inSlices(look, pace);
    return census as unknown as GraphCensus;
  } catch (cause) {
    if (!store.disposed) store.cancelCensus();
    throw cause;
  }
}

/** Links what the last census found unreachable or weak, in slices. */
export async function repair(store: Store, pace: Pace): Promise<void> {
  const size = new StepSize(1, MOST_LINKED, pace.sliceMs);
  try {
    await inSlices(() => size.run((nodes) => store.stepRepair(nodes)) !== undefined, pace);
  } finally {
    if (!store.disposed) store.cancelCensus();
  }
}

/** Live nodes with hardly a link that leads to them. */
export function weakOf({ lowInDegrees }: GraphCensus): number {
  return lowInDegrees.slice(0, WEAK_BELOW).reduce((sum, count) => sum + count, 0);
}

/** Whether there is a graph to look at. */
export function hasGraph(store: Store): boolean {
  return store.stats().maxLevel >= 0;
}

/** Nodes of deleted and replaced patterns. */
export function tombstonesOf(store: Store): number {
  const { slots, count } = store.stats();
  return slots - count - store.stagedCount;
}
