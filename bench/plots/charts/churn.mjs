// From day to day, how far each arm is from a same-day rebuild: a picture for each rate.
import { degradationOf } from '../../churn/summary.mjs';
import { COLOURS, chart } from './style.mjs';

/** Axis, its title, and whether it may grow many times over. */
const AXES = [
  ['recall', 'recall lost', false],
  ['p50', 'p50', true],
  ['p99', 'p99', true],
  ['distances', 'distances', true],
  ['memory', 'memory', true],
  ['unreachable', 'unreachable', false],
];

/** Up to about here such an axis is linear, beyond logarithmic. */
const LINEAR = 0.05;
const TICKS = [-0.5, -0.2, -0.05, 0, 0.05, 0.2, 0.5, 1, 2, 5, 10];

/** Means over the seeds, of each arm and each day with a rebuild. */
function valuesOf(cases) {
  const sums = new Map();
  for (const { deletes, days } of cases)
    for (const { day, fresh, sides } of days.filter(({ compared }) => compared))
      for (const row of sides)
        for (const [axis, value] of Object.entries(degradationOf(row, fresh))) {
          const line = `${row.side} ${row.arm}`;
          const key = `${deletes}/${axis}/${line}/${day}`;
          const sum = sums.get(key) ?? { deletes, axis, line, day, total: 0, seeds: 0 };
          sums.set(key, { ...sum, total: sum.total + value, seeds: sum.seeds + 1 });
        }
  return [...sums.values()].map(({ total, seeds, ...rest }) => ({
    ...rest,
    value: Number((total / seeds).toPrecision(6)),
  }));
}

const LOG = { scale: { type: 'symlog', constant: LINEAR } };

function panel(values, { title, axisTitle, mayGrow, lines }) {
  return {
    ...{ title, width: 220, height: 120, data: { values } },
    mark: { type: 'line', point: { filled: true, size: 18 }, strokeWidth: 1.8 },
    encoding: {
      x: { field: 'day', type: 'quantitative', axis: { title: 'day', tickCount: 6 } },
      y: {
        ...{ field: 'value', type: 'quantitative', ...(mayGrow && LOG) },
        axis: {
          title: axisTitle,
          ...(mayGrow ? { format: '~%', values: TICKS } : { format: '.2~%' }),
        },
      },
      color: {
        ...{ field: 'line', type: 'nominal' },
        scale: { domain: lines, range: lines.map((_, i) => COLOURS[i % COLOURS.length]) },
        legend: { title: null, symbolType: 'stroke' },
      },
    },
  };
}

export function churnCharts({ data, cases = [] }) {
  const charts = {};
  for (const rate of new Set(cases.map((it) => it.rate))) {
    const values = valuesOf(cases.filter((it) => it.rate === rate));
    const orders = [...new Set(values.map(({ deletes }) => deletes))];
    const lines = [...new Set(values.map(({ line }) => line))];
    const rows = AXES.filter(([axis]) => values.some((it) => it.axis === axis));
    if (rows.length === 0) continue;
    charts[`${rate}-percent`] = chart({
      title: `${data.name}: worse than a same-day rebuild, ${rate}% replaced a day`,
      vconcat: rows.map(([axis, axisTitle, mayGrow], i) => ({
        hconcat: orders.map((deletes, j) =>
          panel(
            values.filter((it) => it.axis === axis && it.deletes === deletes),
            {
              title: i === 0 ? `deleted: ${deletes}` : '',
              axisTitle: j === 0 ? axisTitle : null,
              ...{ mayGrow, lines },
            },
          ),
        ),
        resolve: { scale: { y: 'shared' } },
      })),
    });
  }
  return charts;
}
