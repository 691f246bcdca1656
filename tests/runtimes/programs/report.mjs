// Replays the conformance cases on some backends of damask, and says how each answered. Imports
// nothing of any runtime: data.mjs, which the tests write beside it, holds the cases.
import { cases, expected } from './data.mjs';
import { difference, replay } from './replay.mjs';

/** One row for each backend; `config` goes into every call of damask. */
export async function report(damask, backends, config = {}) {
  const rows = [];
  for (const preferredBackend of backends) {
    const settings = { env: {}, configFile: false, preferredBackend, fallback: false, ...config };
    const store = await damask.openPatternStore({ dimension: 1, ...settings });
    const info = store.getImplementationInfo();
    await store.shutdown();
    const answers = await replay(damask, cases, settings);
    rows.push({ info, sha256: answers.sha256, difference: difference(expected, answers) });
  }
  return rows;
}

/**
 * The same with the engine in damask's own worker, whose clock cannot be set from here: without the
 * cases that record when a pattern was used.
 */
export async function reportInWorker(damask, preferredBackend) {
  const timeless = cases.filter(({ steps }) => steps.every(({ op }) => op !== 'usage'));
  const config = { worker: true, preferredBackend, fallback: false };
  const answers = await replay(damask, timeless, config);
  const results = Object.fromEntries(timeless.map(({ name }) => [name, expected.results[name]]));
  const cut = difference({ results }, answers);
  const store = await damask.openPatternStore({ dimension: 1, ...config });
  const info = store.getImplementationInfo();
  await store.shutdown();
  return { info, cases: timeless.length, difference: cut };
}
