import type { HealthReason } from '../interface.js';
import type { Expected } from './baseline.js';
import type { Estimate } from './shape.js';

/** What a judgement of a store rests on; absent where nothing was measured. */
export interface Reading {
  /** Patterns that can be found. */
  live: number;
  tombstones: number;
  recall?: Estimate | undefined;
  selfMisses?: Estimate | undefined;
  /** Distances of a search for a pattern by its own embedding. */
  distances?: number | undefined;
  /** What the store's own baseline says of these at its present size. */
  expected?: Expected | undefined;
  /** Whether searches keep fewer candidates than when the baseline's recall was measured. */
  keepsFewer?: boolean | undefined;
  /** Live nodes that no links lead to, when they were looked for. */
  unreachable?: number | undefined;
  /** Live nodes with hardly a link that leads to them. */
  weak?: number | undefined;
  p99Ms?: number | undefined;
  targetRecall?: number | undefined;
  targetP99Ms?: number | undefined;
}

export type ReasonCode =
  'UNREACHABLE' | 'LOW_RECALL' | 'SELF_MISSES' | 'MORE_DISTANCES' | 'SLOW' | 'TOMBSTONES';

/** Below what is expected by so much, certainly, recall is low; misses alike. */
const SHARE_OFF = 0.01;
/** An estimate of fewer trials says nothing yet. */
const LEAST_TRIALS = 30;
/** Of a walk's distances, so many more than expected are too many. */
const DISTANCES_OFF = 0.25;
/** More tombstones than this share of the live patterns are too many, where healing has not been. */
const TOMBSTONES_OFF = 0.2;
/** Fewer than these do not matter in any store. */
export const FEW_TOMBSTONES = 256;
/** A walk reaches this share of live patterns less when it is as bad as one unit. */
const UNREACHABLE_OFF = 0.001;

interface Rule {
  code: ReasonCode;
  /** From 1 on the store is degraded by this; undefined when nothing can be said. */
  weigh: (reading: Reading) => number | undefined;
  /** From here on it is critical. */
  critical: number;
  /** Below this it is over. */
  over: number;
  message: (reading: Reading) => string;
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 2 : 1)}%`;
const enough = (estimate: Estimate | undefined): Estimate | undefined =>
  estimate !== undefined && estimate.trials >= LEAST_TRIALS ? estimate : undefined;

/** What recall is measured against: what was asked for, or else what the graph could do when it was new. */
const wantedRecall = ({ targetRecall, expected }: Reading): number | undefined =>
  targetRecall ?? expected?.recall;

/**
 * Whether recall is certainly below what the graph could do when it was new, or nobody knows what that
 * was: a wish that it never met says nothing of the graph, nor does what fewer candidates find.
 */
export function hasLost({ recall, expected, keepsFewer = false }: Reading): boolean {
  if (keepsFewer) return false;
  if (expected?.recall === undefined) return true;
  const known = enough(recall);
  return known !== undefined && expected.recall - known.high >= SHARE_OFF;
}

/** The worst first. */
const RULES: readonly Rule[] = [
  {
    code: 'UNREACHABLE',
    weigh: ({ unreachable, live }) =>
      unreachable === undefined
        ? undefined
        : unreachable && Math.max(1, unreachable / Math.max(live, 1) / UNREACHABLE_OFF),
    ...{ critical: 10, over: 1 },
    message: ({ unreachable = 0 }) =>
      `${unreachable} patterns cannot be found by a walk of the graph, as no links lead to them: ` +
      'heal() links them again',
  },
  {
    code: 'LOW_RECALL',
    weigh: (reading) => {
      const recall = enough(reading.recall);
      const wanted = wantedRecall(reading);
      return recall && wanted === undefined
        ? undefined
        : recall && ((wanted as number) - recall.high) / SHARE_OFF;
    },
    ...{ critical: 10, over: 0.5 },
    message: (reading) =>
      `searches find ${percent(reading.recall?.value ?? 0)} of the true results, where ` +
      `${percent(wantedRecall(reading) ?? 1)} ${reading.targetRecall === undefined ? 'would be usual for this store' : 'are wanted'}: ` +
      'heal() mends the graph; a larger hnsw.efSearch finds more and takes longer',
  },
  {
    code: 'SELF_MISSES',
    weigh: ({ selfMisses, expected }) => {
      const misses = enough(selfMisses);
      return misses && expected && (misses.low - expected.selfMisses) / SHARE_OFF;
    },
    ...{ critical: 10, over: 0.5 },
    message: ({ selfMisses }) =>
      `${percent(selfMisses?.value ?? 0)} of the patterns are not found by their own embedding: ` +
      'heal() mends the graph',
  },
  {
    code: 'MORE_DISTANCES',
    weigh: ({ distances, expected }) =>
      distances === undefined || expected === undefined
        ? undefined
        : (distances / Math.max(expected.distances, 1) - 1) / DISTANCES_OFF,
    ...{ critical: Infinity, over: 0.5 },
    message: ({ distances = 0, expected }) =>
      `a search computes ${Math.round(distances)} distances, where ${Math.round(expected?.distances ?? 0)} ` +
      'would be usual for this store: heal() builds the graph anew',
  },
  {
    code: 'SLOW',
    weigh: ({ p99Ms, targetP99Ms }) =>
      p99Ms === undefined || targetP99Ms === undefined ? undefined : p99Ms / targetP99Ms,
    ...{ critical: 5, over: 0.9 },
    message: ({ p99Ms = 0, targetP99Ms = 0 }) =>
      `of 100 searches one takes longer than ${p99Ms.toFixed(2)} ms, where ${targetP99Ms} ms are wanted: ` +
      'ask for less recall, or for less per second',
  },
  {
    code: 'TOMBSTONES',
    weigh: ({ tombstones, live }) =>
      tombstones < FEW_TOMBSTONES ? 0 : tombstones / Math.max(live, 1) / TOMBSTONES_OFF,
    ...{ critical: Infinity, over: 0.5 },
    message: ({ tombstones }) =>
      `${tombstones} deleted and replaced patterns still take room and time: optimize() gives it back`,
  },
];

/** So many readings in a row must say so before a reason is given, or taken back. */
const ENTER_AFTER = 2;
const LEAVE_AFTER = 3;

interface Standing {
  level: 0 | 1 | 2;
  /** Readings in a row that would raise the level, and lower it. */
  worse: number;
  better: number;
  message: string;
}

/** How each rule stands after the readings until now. */
export type Standings = Readonly<Partial<Record<ReasonCode, Standing>>>;

const WELL: Standing = { level: 0, worse: 0, better: 0, message: '' };

/** What one more reading makes of it. Rules that it says nothing about stay as they are. */
export function judge(before: Standings, reading: Reading): Standings {
  const after: Partial<Record<ReasonCode, Standing>> = {};
  for (const rule of RULES) {
    const old = before[rule.code] ?? WELL;
    const weight = rule.weigh(reading);
    after[rule.code] = weight === undefined ? old : next(old, weight, rule, reading);
  }
  return after;
}

function next(old: Standing, weight: number, rule: Rule, reading: Reading): Standing {
  const level = weight >= rule.critical ? 2 : weight >= 1 ? 1 : 0;
  // Between `over` and 1 a reason that was given stays, and one that was not is not.
  const worse = level > old.level ? old.worse + 1 : 0;
  const better = old.level > level && (level > 0 || weight < rule.over) ? old.better + 1 : 0;
  const message = level > 0 ? rule.message(reading) : old.message;
  if (worse >= ENTER_AFTER || better >= LEAVE_AFTER) return { level, worse: 0, better: 0, message };
  return { level: old.level, worse, better, message };
}

/** The reasons that stand, the worst first. */
export function reasonsOf(standings: Standings): (HealthReason & { isCritical: boolean })[] {
  return RULES.flatMap(({ code }) => {
    const { level, message } = standings[code] ?? WELL;
    return level === 0 ? [] : [{ code, message, isCritical: level === 2 }];
  }).sort((a, b) => Number(b.isCritical) - Number(a.isCritical));
}

/** The rules that a reading alone would make degraded, without waiting for another one. */
export function faultsOf(reading: Reading): ReadonlySet<ReasonCode> {
  return new Set(RULES.filter(({ weigh }) => (weigh(reading) ?? 0) >= 1).map(({ code }) => code));
}

/** The rules that stand. */
export function standingFaults(standings: Standings): ReadonlySet<ReasonCode> {
  return new Set(reasonsOf(standings).map(({ code }) => code as ReasonCode));
}
