import * as z from 'zod/mini';
import type { Baseline } from './baseline.js';
import type { HealingAction, HealthSample } from './shape.js';

/** As many samples are kept, and actions. */
export const MOST_SAMPLES = 256;
export const MOST_ACTIONS = 64;
const VERSION = 1;

/** What a store saw of itself over its life, and what was done about it. */
export interface HistoryContent {
  samples: HealthSample[];
  actions: HealingAction[];
  baseline?: Baseline | undefined;
}

/**
 * Leaves out every second one of the older half when there are too many: the last hours stay whole, and
 * years have a place too.
 */
export function thin<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const half = Math.floor(items.length / 2);
  return items.filter((_, i) => i >= half || i % 2 === 0);
}

const share = z.number().check(z.minimum(0), z.maximum(1));
const count = z.number().check(z.minimum(0));
const text = z.string().check(z.maxLength(4096));
const backend = z.enum(['native', 'wasm-simd', 'wasm-scalar']);
const estimate = z.optional(z.object({ value: share, low: share, high: share, trials: count }));
const timed = z.optional(
  z.object({ count: count, p50: count, p95: count, p99: count, max: count }),
);
const reason = z.object({ code: text, message: text });
const sample = z.object({
  ...{ at: z.number(), backend, state: z.enum(['healthy', 'degraded', 'critical']) },
  reasons: z.array(reason),
  ...{ count, tombstones: count, ef: count, searches: count, searchesPerSecond: count },
  ...{ recall: estimate, selfMisses: estimate, searchUs: timed, insertUs: timed, syncUs: timed },
  ...{ distancesPerSearch: z.optional(count), bytesPerSearch: z.optional(count) },
  census: z.optional(
    z.object({
      ...{ live: count, tombstones: count, unreachable: count, lowInDegrees: z.array(count) },
      ...{ links: count, linksToTombstones: count },
    }),
  ),
  memory: z.object({ graph: count, codes: count, records: count }),
  journalBytes: count,
});
const figures = z.object({
  ...{ recall: z.optional(share), selfMisses: z.optional(share), unreachable: z.optional(count) },
  ...{ tombstones: count, distancesPerSearch: z.optional(count), memoryBytes: count, ef: count },
});
const action = z.object({
  kind: z.enum(['raise-ef', 'repair', 'compact', 'rebuild', 'snapshot']),
  ...{ at: z.number(), because: text },
  outcome: z.enum(['kept', 'rolled-back', 'stopped', 'failed', 'suggested']),
  ...{ before: figures, after: z.optional(figures) },
  cost: z.optional(z.object({ busyMs: count, longestPauseMs: count, peakBytes: count })),
  message: z.optional(text),
});
const baseline = z.object({
  ...{ at: z.number(), slots: count, ef: count, recall: z.optional(share) },
  ...{ probeEf: z.optional(count), selfMisses: share, distances: count },
});
const content = z.object({
  version: z.literal(VERSION),
  samples: z.array(sample).check(z.maxLength(MOST_SAMPLES)),
  actions: z.array(action).check(z.maxLength(MOST_ACTIONS)),
  baseline: z.optional(baseline),
});

/** As it is kept: JSON. */
export function encodeHistory(history: HistoryContent): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, ...history }));
}

/** Undefined for what is none, or of another version. */
export function decodeHistory(bytes: Uint8Array): HistoryContent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const { success, data } = content.safeParse(value);
  if (!success) return undefined;
  const { samples, actions, baseline: its } = data as unknown as HistoryContent;
  return { samples, actions, baseline: its };
}

/** The history of a store that goes on. */
export class History {
  #content: HistoryContent;

  constructor(content: HistoryContent = { samples: [], actions: [] }) {
    this.#content = content;
  }

  get samples(): readonly HealthSample[] {
    return this.#content.samples;
  }

  get actions(): readonly HealingAction[] {
    return this.#content.actions;
  }

  get baseline(): Baseline | undefined {
    return this.#content.baseline;
  }

  set baseline(its: Baseline | undefined) {
    this.#content.baseline = its;
  }

  addSample(its: HealthSample): void {
    this.#content.samples = thin([...this.#content.samples, its], MOST_SAMPLES);
  }

  addAction(its: HealingAction): void {
    this.#content.actions = [...this.#content.actions, its].slice(-MOST_ACTIONS);
  }

  encode(): Uint8Array {
    return encodeHistory(this.#content);
  }
}
