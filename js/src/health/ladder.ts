import { LEISURE } from './pace.js';
import type { Estimate, HealingFigures, HealingKind } from './shape.js';
import { FEW_TOMBSTONES, hasLost, type Reading, type ReasonCode } from './states.js';

/** What a decision rests on. */
export interface Need {
  reading: Reading;
  /** What is not well. */
  faults: ReadonlySet<ReasonCode>;
  /** Rungs that were climbed since the store was last well, or changed by a good part. */
  tried: ReadonlySet<HealingKind>;
  /** Whether ef may be raised: a budget is given, it holds, and nobody else chooses ef. */
  mayRaiseEf: boolean;
  /** Bytes of journal beyond which a snapshot is wanted; absent without storage. */
  journalLimit?: number | undefined;
  journalBytes: number;
  /** Tombstones that were taken away, and that opening the store would bring back. */
  returning: number;
}

export interface Decision {
  kind: HealingKind;
  because: string;
}

/** From so many tombstones on per live pattern, giving their room back is worth what it takes. */
export const TOMBSTONE_SHARE = 0.02;
/** From so many on that opening the store would bring back, a snapshot is worth what it takes. */
const RETURNING_SHARE = 0.04;
/** As TOMBSTONE_SHARE, where the store is not well. */
const POOR_SHARE = 0.01;

/**
 * The cheapest thing that is likely to help and was not tried yet; undefined when nothing is wanted.
 * Whatever does not help is tried, so that the next rung follows.
 */
export function decide(need: Need): Decision | undefined {
  const { reading, faults, tried } = need;
  const { live, tombstones, unreachable = 0, weak = 0 } = reading;
  const isPoor = faults.has('LOW_RECALL') || faults.has('SELF_MISSES');
  const isDamaged = faults.has('SELF_MISSES') || (faults.has('LOW_RECALL') && hasLost(reading));
  const isLong = faults.has('MORE_DISTANCES');
  const share = tombstones / Math.max(live, 1);
  const { journalLimit, journalBytes, returning } = need;
  const isMany = returning >= FEW_TOMBSTONES && returning > live * RETURNING_SHARE;
  const rungs: [HealingKind, boolean, string][] = [
    ['raise-ef', isPoor && !isLong && need.mayRaiseEf, 'searches miss more than they should'],
    [
      'repair',
      unreachable > 0 || (isDamaged && weak > 0),
      unreachable > 0
        ? `no links lead to ${unreachable} patterns`
        : `searches miss more than they should, and hardly a link leads to ${weak} patterns`,
    ],
    [
      'compact',
      (tombstones >= FEW_TOMBSTONES && share > TOMBSTONE_SHARE) ||
        ((isDamaged || isLong) && share > POOR_SHARE),
      `${tombstones} deleted and replaced patterns take room beside ${live} live ones`,
    ],
    [
      'rebuild',
      isDamaged || isLong || (unreachable > 0 && tried.has('repair')),
      isDamaged
        ? 'searches miss more than they did in the new graph, and nothing cheaper is left to do'
        : isLong
          ? 'searches take more distances than they did in the new graph'
          : `no links lead to ${unreachable} patterns after a repair`,
    ],
    [
      'snapshot',
      journalLimit !== undefined && (journalBytes > journalLimit || isMany),
      isMany
        ? `opening the store would bring ${returning} deleted and replaced patterns back`
        : `opening the store would replay ${journalBytes} bytes of journal`,
    ],
  ];
  const rung = rungs.find(([kind, isWanted]) => isWanted && !tried.has(kind));
  return rung && { kind: rung[0], because: rung[2] };
}

/** Shares that are less by so little do not matter, however certain they are. */
const SHARE_WORSE = 0.02;
const DISTANCES_WORSE = 1.1;

/**
 * The part of the time that work in the background takes where nobody says: more when tombstones come faster
 * than it takes them away, and from twice TOMBSTONE_SHARE on all but what a turn of the event loop takes.
 */
export function shareFor(live: number, tombstones: number): number {
  if (tombstones < FEW_TOMBSTONES) return LEISURE;
  const beyond = tombstones / Math.max(live, 1) / TOMBSTONE_SHARE - 1;
  return Math.min(1, LEISURE + (1 - LEISURE) * Math.max(0, beyond));
}

/** What was measured before an action, or after it. */
export interface Compared {
  recall?: Estimate | undefined;
  selfMisses?: Estimate | undefined;
  figures: Pick<HealingFigures, 'distancesPerSearch'>;
}

/** What an action has certainly made worse, in words; undefined when nothing. */
export function worsened(before: Compared, after: Compared): string | undefined {
  const [oldRecall, recall] = [before.recall, after.recall];
  if (oldRecall && recall && isCertainlyLess(recall, oldRecall))
    return `recall fell from ${oldRecall.value.toFixed(4)} to ${recall.value.toFixed(4)}`;
  const [oldMisses, misses] = [before.selfMisses, after.selfMisses];
  if (oldMisses && misses && isCertainlyLess(oldMisses, misses))
    return `self misses rose from ${oldMisses.value.toFixed(4)} to ${misses.value.toFixed(4)}`;
  // More distances for more true results are no loss.
  const isBetter = (recall?.value ?? 0) > (oldRecall?.value ?? 0);
  const { distancesPerSearch: oldDistances } = before.figures;
  const { distancesPerSearch: distances } = after.figures;
  if (oldDistances !== undefined && distances !== undefined && !isBetter)
    if (distances > oldDistances * DISTANCES_WORSE)
      return `distances per search rose from ${oldDistances.toFixed(0)} to ${distances.toFixed(0)}`;
  return undefined;
}

/** Both are measured from few queries: their intervals must not meet. */
function isCertainlyLess(less: Estimate, more: Estimate): boolean {
  return less.value < more.value - SHARE_WORSE && less.high < more.low;
}
