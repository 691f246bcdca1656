/** How a store was when its graph was new. */
export interface Baseline {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  at: number;
  /** Slots that the graph had. */
  slots: number;
  /** Candidates that searches kept when `recall` was measured. */
  ef: number;
  /** Candidates of searches for patterns by their own embeddings; absent where earlier versions wrote it. */
  probeEf?: number | undefined;
  /** The lower end of its interval: that it was less is unlikely. */
  recall?: number;
  /** Share of patterns that their own embedding did not find: the upper end of its interval. */
  selfMisses: number;
  /** Distances of a search for a pattern by its own embedding. */
  distances: number;
}

export type Expected = Pick<Baseline, 'recall' | 'selfMisses' | 'distances'>;

/** Beyond so many times the size, a baseline says nothing any more. */
const RANGE = 4;

/** Whether the baseline still speaks of a store of this size, searched with so many candidates. */
export function covers(baseline: Baseline, slots: number, probeEf: number): boolean {
  if (baseline.probeEf !== probeEf) return false;
  return slots <= baseline.slots * RANGE && slots * RANGE >= baseline.slots;
}

/** What a graph of this size would show if it were as good as that one: walks grow with the logarithm. */
export function expectedAt(baseline: Baseline, slots: number): Expected {
  const growth = Math.log(Math.max(slots, 2)) / Math.log(Math.max(baseline.slots, 2));
  return {
    ...(baseline.recall === undefined ? {} : { recall: 1 - (1 - baseline.recall) * growth }),
    selfMisses: Math.min(1, baseline.selfMisses * growth),
    distances: baseline.distances * growth,
  };
}
