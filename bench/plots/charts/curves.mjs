// Recall against latency, a line for each of the compared.
import { front } from '../reports.mjs';
import { COLOURS, chart } from './style.mjs';

const LEAST_RECALL = 0.8;
// Recall is drawn by what is missed, logarithmically: 0.99 to 0.999 is as far as 0.9 to 0.99. What
// misses less than this stands at the edge.
const LEAST_MISS = 0.0001;
const MISS_TICKS = [0.2, 0.1, 0.05, 0.02, 0.01, 0.001, LEAST_MISS];

/** One panel: `lines` are { name, points, ours, reference }, in the order of the legend. */
function panel(title, lines, limits) {
  const names = lines.map(({ name }) => name);
  const values = lines.flatMap(({ name, points, ours, reference }) =>
    front(points)
      .filter(({ recall }) => recall >= LEAST_RECALL)
      .map(({ recall, p50Us }) => ({
        ...{ name, p50Us, miss: Math.max(1 - recall, LEAST_MISS) },
        kind: ours ? 'damask' : reference ? 'reference' : 'peer',
      })),
  );
  const shared = {
    x: {
      field: 'miss',
      type: 'quantitative',
      scale: {
        type: 'log',
        domain: [1 - LEAST_RECALL, LEAST_MISS],
        nice: false,
      },
      axis: { title: 'recall@10', values: MISS_TICKS, labelExpr: "format(1 - datum.value, '~')" },
    },
    y: {
      field: 'p50Us',
      type: 'quantitative',
      scale: { type: 'log', domain: limits, nice: false },
      axis: { title: 'p50 of a search, us', values: ticks(limits), format: ',' },
    },
    color: {
      field: 'name',
      type: 'nominal',
      sort: names,
      scale: { domain: names, range: names.map((_, i) => COLOURS[i % COLOURS.length]) },
      legend: { title: null, orient: 'right', symbolType: 'stroke' },
    },
  };
  return {
    title,
    width: 560,
    height: 320,
    data: { values },
    layer: [
      {
        mark: { type: 'line', interpolate: 'linear' },
        encoding: {
          ...shared,
          strokeWidth: { condition: { test: "datum.kind === 'damask'", value: 3.5 }, value: 1.5 },
          strokeDash: {
            condition: { test: "datum.kind === 'reference'", value: [4, 3] },
            value: [1, 0],
          },
        },
      },
      { mark: { type: 'point', filled: true, size: 22, opacity: 1 }, encoding: shared },
    ],
  };
}

function ticks([low, high]) {
  const values = [];
  for (let decade = 1; decade <= high; decade *= 10)
    for (const step of [1, 2, 5])
      if (step * decade >= low && step * decade <= high) values.push(step * decade);
  return values;
}

/** Limits that hold every point shown, a little wider. */
function limitsOf(panels) {
  const values = panels
    .flatMap(({ lines }) => lines.flatMap(({ points }) => points))
    .filter(({ recall }) => recall >= LEAST_RECALL)
    .map(({ p50Us }) => p50Us);
  return [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
}

/** Panels of { title, lines } above each other, all to the same scale. */
export function curvesChart(title, panels) {
  const limits = limitsOf(panels);
  return chart({
    title,
    vconcat: panels.map(({ title: name, lines }) => panel(name, lines, limits)),
    resolve: { scale: { color: 'independent' } },
  });
}
