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
