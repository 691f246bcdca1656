import type { HealthSample } from '../health/shape.js';
import type { HealthReason, StoreHealth } from '../interface.js';
import type { View } from './observer.js';

/*
 * How the store is, for the page and for monitoring alike. A reader measures itself alone: beside a writer,
 * what is known of the store is what the writer has said in its newest sample.
 */

export const newest = ({ history }: View): HealthSample | undefined => history.at(-1);

/** Whether the store that is looked at is the one that changes: in memory alone there is no other. */
export const isWriter = ({ info, health }: View): boolean =>
  info.storage === 'none' || health?.writer === true;

/** How a store is, as far as it is known here. */
export interface Verdict {
  state: StoreHealth['state'] | 'unknown';
  reasons: HealthReason[];
}

const STATES = ['healthy', 'degraded', 'critical'] as const;

/** The worst of what the store itself and, beside a writer, the writer's newest sample say. */
export function verdictOf(view: View): Verdict {
  const { health, problem } = view;
  const sample = isWriter(view) ? undefined : newest(view);
  const known = [health, sample].flatMap((it) => (it ? [it] : []));
  const reasons = known.flatMap((it) => it.reasons);
  const unique = reasons.filter(({ code }, i) => reasons.findIndex((it) => it.code === code) === i);
  const worst = Math.max(-1, ...known.map(({ state }) => STATES.indexOf(state)));
  if (problem === undefined) return { state: STATES[worst] ?? 'unknown', reasons: unique };
  const lost = { code: 'NOT_FOLLOWED', message: `the store could not be looked at: ${problem}` };
  return { state: 'critical', reasons: [lost, ...unique] };
}

/** Bytes that the writer's structures hold, as far as it is known: a reader's own are others. */
export function memoryOf(view: View): number | undefined {
  const sample = newest(view);
  if (isWriter(view) || sample === undefined) return view.stats?.memoryUsage;
  const { graph, codes, records } = sample.memory;
  return graph + codes + records;
}
