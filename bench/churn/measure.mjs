// What is measured of several sides at once, so that none has the machine at another time.
import { dot } from './vectors.mjs';
import { latenciesOf, mean, median } from './statistics.mjs';

/** Queries that one side is asked before it is the next one's turn. */
const BLOCK = 20;

/** The part of the true nearest that was found, over all queries. */
export function recallOf(found, truth, k) {
  const hits = found.map((labels, q) => {
    const wanted = new Set(truth[q].slice(0, k));
    return labels.slice(0, k).filter((label) => wanted.delete(label)).length;
  });
  return mean(hits) / k;
}

/**
 * Asks each view all queries, in blocks by turns. The first of `passes + 1` warms up and is what is
 * found; a query's latency is the median of the others, and without any there is none.
 */
export function askInTurns(views, queries, { k, passes }) {
  const runs = views.map((view) => ({
    ...{ view, prepared: queries.map((query) => view.prepare(query)) },
    ...{ results: [], us: queries.map(() => []) },
  }));
  let turn = 0;
  for (let pass = 0; pass <= passes; ++pass)
    for (let from = 0; from < queries.length; from += BLOCK, ++turn)
      for (let i = 0; i < runs.length; ++i) {
        const { view, prepared, results, us } = runs[(i + turn) % runs.length];
        for (let q = from; q < Math.min(from + BLOCK, queries.length); ++q) {
          const began = performance.now();
          const result = view.find(prepared[q], k);
          if (pass > 0) us[q].push((performance.now() - began) * 1000);
          else results.push(result);
        }
      }
  return runs.map(({ view, results, us }) => ({
    found: results.map((result) => view.labelsOf(result)),
    distances: results.map((result) => view.distancesOf(result)),
    us: passes > 0 ? us.map(median) : [],
  }));
}

/** Rows of figures, one for each view. `own` are [label, vector] pairs of what is live. */
export function figuresOf(views, { queries, truth, own, k, passes }) {
  return askInTurns(views, queries, { k, passes }).map(({ found, distances, us }, i) => {
    const view = views[i];
    const missed = own.filter(([label, vector]) => {
      return !view.labelsOf(view.find(view.prepare(vector), k)).includes(label);
    });
    return {
      recall: recallOf(found, truth, k),
      ...latenciesOf(us),
      distances: distances[0] === undefined ? undefined : mean(distances),
      selfMiss: missed.length / own.length,
      ...view.figures(),
    };
  });
}

/** The nearest of a Map of vectors in double precision: an opinion on the truth that is independent. */
export function scanned(vectors, query, k) {
  const best = [];
  for (const [label, vector] of vectors) {
    const cosine = dot(vector, query);
    if (best.length === k && cosine <= best[k - 1][0]) continue;
    let at = best.length;
    while (at > 0 && best[at - 1][0] < cosine) --at;
    best.splice(at, 0, [cosine, label]);
    if (best.length > k) best.pop();
  }
  return best.map(([, label]) => label);
}
