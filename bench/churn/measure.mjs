// What is measured of several sides at once, so that none has the machine at another time.
import { chanceOf, shuffled } from './chance.mjs';
import { latenciesOf, mean, median } from './statistics.mjs';
import { dot } from './vectors.mjs';

/** Queries that one side is asked before it is the next one's turn, after some that are not timed. */
const BLOCK = 20;
const WARM_UP = 5;

/** The part of the true nearest that was found, over all queries. */
export function recallOf(found, truth, k) {
  const hits = found.map((labels, q) => {
    const wanted = new Set(truth[q].slice(0, k));
    return labels.slice(0, k).filter((label) => wanted.delete(label)).length;
  });
  return mean(hits) / k;
}

/**
 * Asks each view all queries, in blocks by turns; who comes after whom is by chance, as what one leaves in
 * the caches is not the same as what another does. The first of `passes + 1` is what is found; a query's
 * latency is the median of the others, and without any there is none.
 */
export function askInTurns(views, queries, { k, passes }) {
  const next = chanceOf('turns', views.length);
  const runs = views.map((view) => ({
    ...{ view, prepared: queries.map((query) => view.prepare(query)) },
    ...{ results: [], us: queries.map(() => []) },
  }));
  const order = [...runs];
  for (let pass = 0; pass <= passes; ++pass)
    for (let from = 0; from < queries.length; from += BLOCK)
      for (const { view, prepared, results, us } of shuffled(order, next)) {
        if (pass > 0)
          for (let i = 1; i <= WARM_UP; ++i)
            view.find(prepared.at((from - i) % prepared.length), k);
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
