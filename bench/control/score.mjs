// How well each arm held what was asked, and how sure that is.

/** 97.5% points of Student's t, by degrees of freedom. */
const T = [NaN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const studentT = (freedom) => T[freedom] ?? 1.96 + 2.4 / freedom;

/** The mean of a figure over seeds, with its 95% interval by Student's t; none for one seed. */
export function interval(values) {
  const mean = values.reduce((sum, it) => sum + it, 0) / values.length;
  if (values.length < 2) return { mean, low: null, high: null };
  const variance = values.reduce((sum, it) => sum + (it - mean) ** 2, 0) / (values.length - 1);
  const half = studentT(values.length - 1) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}

const meanOf = (list, of) => list.reduce((sum, it) => sum + of(it), 0) / list.length;

/** Shares of the horizons in which an arm was outside, and what its searches took. */
export function scoreOf(horizons, { recall, p99Ms }) {
  const share = (outside) => meanOf(horizons, (it) => (outside(it) ? 1 : 0));
  const missed = (it) => it.recall < recall;
  const late = (it) => it.p99Us > p99Ms * 1000;
  return {
    outsideRecall: share(missed),
    outsideBudget: share(late),
    outsideEither: share((it) => missed(it) || late(it)),
    meanEf: meanOf(horizons, (it) => it.ef),
    meanRecall: meanOf(horizons, (it) => it.recall),
    meanServiceUs: meanOf(horizons, (it) => it.meanServiceUs),
    distances: meanOf(horizons, (it) => it.distances),
  };
}

const better = (a, b) => a.outsideEither - b.outsideEither || a.meanServiceUs - b.meanServiceUs;
const best = (scores) => [...scores].sort(better)[0];

/** How much a horizon's count of misses varies beyond that of independent results. */
export function dispersionOf(runs, k) {
  const parts = runs.flatMap(({ arms }) =>
    arms.filter(({ kind }) => kind === 'fixed').flatMap(({ horizons }) => horizons),
  );
  const used = parts.filter(({ recall }) => recall < 0.99 && recall > 0.9);
  if (used.length === 0) return null;
  return meanOf(used, ({ recall, missedSquares }) => {
    const mean = k * (1 - recall);
    return (missedSquares - mean * mean) / (mean * recall);
  });
}

/**
 * Each arm over all seeds; the best of the fixed and of the tuned rules in hindsight, for each seed by itself
 * (`each`) and for all (`one`); what no arm could hold; and the model's score less that of its rivals.
 */
export function summarise(runs, targets) {
  const seeds = runs.map(({ arms, horizons }) => {
    const scores = arms.map(({ name, kind, horizons: seen }) => ({
      ...{ name, kind, ...scoreOf(seen, targets) },
    }));
    const fixed = arms.filter(({ kind }) => kind === 'fixed');
    const held = horizons.filter((_, i) =>
      fixed.some(({ horizons: seen }) => scoreOf([seen[i]], targets).outsideEither === 0),
    );
    return { scores, possible: held.length / horizons.length };
  });
  const over = (pick) => {
    const picked = seeds.map(pick);
    const names = [...new Set(picked.map(({ name }) => name))];
    const figures = Object.keys(scoreOf(runs[0].arms[0].horizons, targets));
    const means = figures.map((figure) => [figure, interval(picked.map((it) => it[figure]))]);
    return { chosen: names, ...Object.fromEntries(means) };
  };
  const named = (name) => (seed) => seed.scores.find((it) => it.name === name);
  const ofKind = (kinds) => (seed) => best(seed.scores.filter(({ kind }) => kinds.includes(kind)));
  const names = runs[0].arms.map(({ name }) => name);
  const arms = names.map((name) => ({ name, ...over(named(name)) }));
  const one = (start) =>
    best(
      arms
        .filter(({ name }) => name.startsWith(start))
        .map((arm) => ({
          ...{ name: arm.name, outsideEither: arm.outsideEither.mean },
          meanServiceUs: arm.meanServiceUs.mean,
        })),
    ).name;
  const rivals = {
    'fixed, best for all seeds': named(one('fixed')),
    'fixed, best for each seed': ofKind(['fixed']),
    pi: named('pi'),
    'pi, best tuned for all seeds': named(one('pi')),
    'pi, best tuned for each seed': ofKind(['pi', 'pi tuned']),
  };
  const against = Object.entries(rivals).map(([name, pick]) => {
    const difference = (figure) =>
      interval(seeds.map((seed) => named('mpc')(seed)[figure] - pick(seed)[figure]));
    return {
      ...{ rival: name, ...over(pick) },
      ...{ outsideEitherMore: difference('outsideEither') },
      ...{ distancesMore: difference('distances') },
    };
  });
  return { arms, against, possible: interval(seeds.map(({ possible }) => possible)) };
}
