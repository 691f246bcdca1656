// How far each arm is from a same-day rebuild on the last day, and what part of that was prevented.
import { chanceOf } from './chance.mjs';
import { mean, meanOf, preventedOf } from './statistics.mjs';

const more = (key) => (row, fresh) => row[key] / fresh[key] - 1;
const added = (key) => (row, fresh) => row[key] - fresh[key];

/** Each is 0 for what is as good as the rebuild, and positive for what is worse. */
export const AXES = {
  recall: (row, fresh) => 1 - row.recall / fresh.recall,
  p50: more('p50Us'),
  p95: more('p95Us'),
  p99: more('p99Us'),
  distances: more('distances'),
  memory: more('memoryBytes'),
  selfMiss: added('selfMiss'),
  unreachable: added('unreachable'),
};

/** Degradation by axis of a row on a day with a rebuild; axes that nothing was measured of are left out. */
export function degradationOf(row, freshRows) {
  const fresh = freshRows.find(({ side }) => side === row.side);
  const entries = Object.entries(AXES).map(([axis, of]) => [axis, of(row, fresh)]);
  return Object.fromEntries(entries.filter(([, value]) => Number.isFinite(value)));
}

function grouped(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The worst of an arm by axis, on any evening with a rebuild, before its repair or after it. */
function worstOf(days, arm) {
  const worst = {};
  for (const { day, compared, fresh, sides } of days) {
    if (!compared || day === 0) continue;
    const row = sides.find((it) => it.arm === arm);
    for (const found of [degradationOf(row, fresh), row.before ?? {}])
      for (const [axis, value] of Object.entries(found))
        worst[axis] = Math.max(value, worst[axis] ?? -Infinity);
  }
  return worst;
}

/** How far an arm that repairs was from the rebuild before an evening's repair: the mean of those evenings. */
function beforeOf(days, arm) {
  const rows = days.map(({ sides }) => sides.find((row) => row.arm === arm).before).filter(Boolean);
  const axes = Object.keys(rows[0] ?? {});
  return Object.fromEntries(axes.map((axis) => [axis, mean(rows.map((row) => row[axis]))]));
}

/** Searches while something was done, beside the same ones of the rebuild: the mean of those evenings, and the worst. */
function duringOf(days, arm) {
  const rows = days
    .map(({ sides }) => sides.find((row) => row.arm === arm))
    .filter(({ repair, during }) => repair?.actions.length > 0 && Number.isFinite(during?.p99Ratio))
    .map(({ during }) => during);
  if (rows.length === 0) return undefined;
  const of = (name) => mean(rows.map((row) => row[name]));
  return { p50: of('p50Ratio'), p99: of('p99Ratio'), worstP99: most(rows, 'p99Ratio') };
}

const most = (rows, name) => Math.max(...rows.map((row) => row[name]));

/** What an arm has cost over all days of its case. */
function costsOf(days, arm) {
  const rows = days.map(({ sides }) => sides.find((row) => row.arm === arm));
  return {
    busyMs: sum(rows.map(({ repair }) => repair?.busyMs ?? 0)),
    longestPauseMs: Math.max(...rows.map(({ repair }) => repair?.longestPauseMs ?? 0)),
    longestCollectionMs: Math.max(...rows.map(({ repair }) => repair?.longestCollectionMs ?? 0)),
    machineStallMs: Math.max(...rows.map(({ repair }) => repair?.machineStallMs ?? 0)),
    peakBytes: Math.max(...rows.map(({ repair }) => repair?.peakBytes ?? 0)),
    actions: sum(rows.map(({ repair }) => repair?.actions.length ?? 0)),
  };
}

/** One row for each rate, order of deletions and arm, over the seeds whose last day was measured. */
export function summaryOf(cases, lastDay) {
  const ended = cases.filter(({ days }) => days.at(-1)?.day === lastDay);
  const results = ended.flatMap(({ seed, rate, deletes, days }) =>
    days.at(-1).sides.map((row) => ({
      ...{ seed, rate, deletes, side: row.side, arm: row.arm },
      degradation: degradationOf(row, days.at(-1).fresh),
      worst: worstOf(days, row.arm),
      before: beforeOf(days, row.arm),
      during: duringOf(days, row.arm),
      ...costsOf(days, row.arm),
    })),
  );
  return grouped(results, ({ rate, deletes, arm }) => `${rate}/${deletes}/${arm}`).map((runs) => {
    const { rate, deletes, side, arm } = runs[0];
    const degradation = {};
    const prevented = {};
    const worst = {};
    const before = {};
    for (const axis of Object.keys(AXES)) {
      const own = runs.filter((run) => axis in run.degradation);
      if (own.length === 0) continue;
      const values = own.map((run) => run.degradation[axis]);
      degradation[axis] = meanOf(values);
      worst[axis] = Math.max(...own.map((run) => run.worst[axis]));
      const evenings = own.filter((run) => axis in run.before);
      if (evenings.length > 0) before[axis] = meanOf(evenings.map((run) => run.before[axis]));
      if (side !== 'damask' || arm === 'off') continue;
      const without = own.map(({ seed }) => offOf(results, { seed, rate, deletes }, axis));
      if (without.includes(undefined)) continue;
      const next = chanceOf('bootstrap', rate, deletes, arm, axis);
      prevented[axis] = preventedOf(values, without, next);
    }
    return {
      ...{ rate, deletes, side, arm, seeds: runs.length, degradation, worst },
      ...(Object.keys(before).length > 0 && { before }),
      ...(Object.keys(prevented).length > 0 && { prevented }),
      busyMs: meanOf(runs.map(({ busyMs }) => busyMs)).value,
      actions: meanOf(runs.map(({ actions }) => actions)).value,
      peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
      longestPauseMs: Math.max(...runs.map(({ longestPauseMs }) => longestPauseMs)),
      longestCollectionMs: Math.max(...runs.map((run) => run.longestCollectionMs)),
      machineStallMs: Math.max(...runs.map(({ machineStallMs }) => machineStallMs)),
      ...duringAll(runs),
    };
  });
}

function duringAll(runs) {
  const found = runs.map(({ during }) => during).filter(Boolean);
  if (found.length === 0) return {};
  const of = (name) => meanOf(found.map((it) => it[name]));
  return { during: { p50: of('p50'), p99: of('p99') }, duringP99Ratio: most(found, 'worstP99') };
}

function offOf(results, { seed, rate, deletes }, axis) {
  const off = results.find(
    (it) => it.seed === seed && it.rate === rate && it.deletes === deletes && it.arm === 'off',
  );
  return off?.degradation[axis];
}
