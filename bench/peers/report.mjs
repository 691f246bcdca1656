// The rows as text, one line each, while they come.
const us = (point) => (point ? point.p50Us.toFixed(1) : 'never');
const mib = (bytes) => (bytes === undefined ? '-' : (bytes / 2 ** 20).toFixed(0));
const rate = (build) => (build ? build.perSecond.toFixed(0) : '-');

const COLUMNS = [
  ['peer', 34, (row) => [row.peer, row.variant].filter(Boolean).join(' ')],
  ['version', 9, (row) => row.version ?? '-'],
  ['best recall', 12, (row) => bestRecall(row.points)],
  ['p50 us at .95', 14, (row) => us(row.at[0.95])],
  ['at .99', 10, (row) => us(row.at[0.99])],
  ['builds/s', 9, (row) => rate(row.build)],
  ['MiB', 7, (row) => mib(row.residentBytes)],
  ['kept', 13, (row) => row.persistence.kept],
];

function bestRecall(points) {
  return points.length ? Math.max(...points.map(({ recall }) => recall)).toFixed(4) : '-';
}

const line = (cells) =>
  cells.map((cell, i) => (i ? cell.padStart(COLUMNS[i][1]) : cell.padEnd(COLUMNS[i][1]))).join(' ');

export const headLine = () => line(COLUMNS.map(([title]) => title));

export function rowLine(row) {
  const figures = line(COLUMNS.map(([, , cellOf]) => cellOf(row)));
  const remarks = [
    row.status === 'measured' ? undefined : `${row.status}: ${row.reason}`,
    row.persistence.reason,
  ].filter(Boolean);
  return [figures, ...remarks].join('\n    ');
}
