import { fastestAt } from '../reports.mjs';
import { barsChart } from './bars.mjs';
import { curvesChart } from './curves.mjs';

const nameOf = (run) => run.side ?? run.library;
const isOurs = (run) => nameOf(run).startsWith('damask');
/** Without what is the same for all. */
const labelOf = (run) =>
  `${nameOf(run)} ${(run.settings ?? `M=${run.m}`).replace(/, efConstruction=\d+/, '')}`;

function linesOf(runs) {
  const lines = new Map();
  for (const run of runs) {
    const name = nameOf(run);
    const line = lines.get(name) ?? { name, ours: isOurs(run), points: [] };
    line.points.push(...run.points.filter(({ p50Us }) => p50Us > 0));
    lines.set(name, line);
  }
  const speed = (line) => fastestAt(line.points, 0.95)?.p50Us ?? Infinity;
  return [...lines.values()].sort((a, b) => (speed(a) === speed(b) ? 0 : speed(a) - speed(b)));
}

const bars = (runs, valueOf, order) =>
  runs
    .map((run) => ({ name: labelOf(run), value: valueOf(run), ours: isOurs(run) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => order * (a.value - b.value));

/** The pictures of a report, by the end of their names. */
export function searchCharts({ data, runs }) {
  const measured = runs.filter(({ error, points }) => !error && points.length > 0);
  if (measured.length === 0) return {};
  return {
    recall: curvesChart(`${data.name}: one process, one thread, C++`, [
      { title: 'each with all its settings', lines: linesOf(measured) },
    ]),
    memory: barsChart({
      title: `${data.name}: resident bytes per vector`,
      axis: 'bytes per vector',
      bars: bars(measured, ({ residentBytesPerVector }) => residentBytesPerVector, 1),
    }),
    build: barsChart({
      title: `${data.name}: vectors indexed per second, one thread`,
      axis: 'vectors per second',
      bars: bars(measured, ({ vectorsPerSecond }) => vectorsPerSecond, -1),
    }),
  };
}
