import type { HealthSample } from '../../health/shape.js';
import type { HealthReason, StoreHealth } from '../../interface.js';
import type { Update, View } from '../observer.js';

/** More than a chart can show. */
const MAX_POINTS = 5000;

/** The view with what an update says. */
export function updated(view: View, update: Update): View {
  const { problem: _, ...kept } = view;
  const { history, actions, size, ...now } = update;
  return {
    ...kept,
    ...now,
    history: [...view.history, ...history].slice(-MAX_POINTS),
    actions: [...view.actions, ...actions].slice(-MAX_POINTS),
    sizes: (size ? [...view.sizes, size] : view.sizes).slice(-MAX_POINTS),
  };
}

export const newest = ({ history }: View): HealthSample | undefined => history.at(-1);

/** How a store is, as far as the page knows. */
export interface Verdict {
  state: StoreHealth['state'] | 'unknown';
  reasons: HealthReason[];
}

const STATES = ['healthy', 'degraded', 'critical'] as const;

/** A reader tells of itself alone: what is wrong with the store, its writer's newest sample says. */
export function verdictOf(view: View): Verdict {
  const { health, problem } = view;
  const sample = health?.writer === true ? undefined : newest(view);
  const known = [health, sample].flatMap((it) => (it ? [it] : []));
  const reasons = known.flatMap((it) => it.reasons);
  const unique = reasons.filter(({ code }, i) => reasons.findIndex((it) => it.code === code) === i);
  const worst = Math.max(-1, ...known.map(({ state }) => STATES.indexOf(state)));
  if (problem === undefined) return { state: STATES[worst] ?? 'unknown', reasons: unique };
  const lost = { code: 'NOT_FOLLOWED', message: `the store could not be looked at: ${problem}` };
  return { state: 'critical', reasons: [lost, ...unique] };
}
