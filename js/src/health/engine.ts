import type { Store } from '../store.js';
import type { GraphCensus, RebuildKind, RepairReport, SearchOptions, Vector } from '../types.js';
import type { SlotSearchResult } from '../types.js';

/** What watching and healing ask of an engine's store. */
export interface HealedStore extends Store {
  searchSlots(
    query: Vector,
    options?: SearchOptions & { slotRange?: readonly [from: number, to: number] },
  ): SlotSearchResult;
  beginRebuild(kind?: RebuildKind): void;
  beginCensus(): void;
  stepCensus(maxNodes: number): GraphCensus | undefined;
  stepRepair(maxNodes: number): RepairReport | undefined;
  cancelCensus(): void;
}
