import { fastestAt } from '../reports.mjs';
import { barsChart } from './bars.mjs';
import { curvesChart } from './curves.mjs';

const OURS = /^damask-/;
const REFERENCE = 'hnswlib-node';

/** One line per peer: the points of all its settings. */
function linesOf(rows) {
  const lines = new Map();
  for (const { peer, runs, points } of rows) {
    if (points.length === 0) continue;
    const line = lines.get(peer) ?? { name: peer, runs, ours: OURS.test(peer), points: [] };
    line.points.push(...points);
    lines.set(peer, line);
  }
  const speed = (line) => fastestAt(line.points, 0.95)?.p50Us ?? Infinity;
  return [...lines.values()].sort((a, b) => (speed(a) === speed(b) ? 0 : speed(a) - speed(b)));
}

function recallChart({ data, rows }) {
  const lines = linesOf(rows);
  const native = lines.filter(({ runs }) => runs === 'native');
  const reference = native.filter(({ name }) => name === REFERENCE);
  const portable = [
    ...lines.filter(({ runs }) => runs !== 'native'),
    ...reference.map((line) => ({ ...line, name: `${REFERENCE} (native)`, reference: true })),
  ];
  const panels = [
    { title: 'native code', lines: native },
    { title: 'WebAssembly and JavaScript', lines: portable },
  ];
  return curvesChart(
    `${data.name}: searches one at a time, through each one's JavaScript interface`,
    panels.filter((panel) => panel.lines.length > 0),
  );
}

const nameOf = ({ peer, variant }) => `${peer} ${variant}`;

function bars(rows, valueOf, order) {
  return rows
    .filter((row) => row.status !== 'failed' && valueOf(row) > 0)
    .map((row) => ({ name: nameOf(row), value: valueOf(row), ours: OURS.test(row.peer) }))
    .sort((a, b) => order * (a.value - b.value));
}

/** The pictures of a report, by the end of their names. */
export function peersCharts(report) {
  const { data, rows } = report;
  const memory = bars(rows, ({ residentBytes }) => residentBytes / 2 ** 20, 1);
  const build = bars(rows, (row) => row.build?.perSecond, -1);
  return {
    recall: recallChart(report),
    memory: barsChart({
      title: `${data.name}: memory in use beyond the process before, MiB`,
      axis: 'MiB',
      bars: memory,
    }),
    build: barsChart({
      title: `${data.name}: vectors indexed per second`,
      axis: 'vectors per second',
      bars: build,
    }),
  };
}
