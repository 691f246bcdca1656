// What is said while a run goes on, and at its end.
const percent = (value) => (value === undefined ? '-' : `${(100 * value).toFixed(2)}%`);
const number = (value, digits) => (value === undefined ? '-' : value.toFixed(digits));

const LINE = [
  ['arm', 24, (row) => `${row.side} ${row.arm}`],
  ['recall', 8, (row) => number(row.recall, 4)],
  ['p50 us', 9, (row) => number(row.p50Us, 1)],
  ['p99', 9, (row) => number(row.p99Us, 1)],
  ['distances', 10, (row) => number(row.distances, 0)],
  ['self missed', 12, (row) => percent(row.selfMiss)],
  ['unreachable', 12, (row) => percent(row.unreachable)],
  ['tombstones', 11, (row) => String(row.tombstones)],
  ['MiB', 8, (row) => number(row.memoryBytes / 2 ** 20, 1)],
  ['busy ms', 9, (row) => number(row.repair?.busyMs, 0)],
  ['pause ms', 9, (row) => number(row.repair?.longestPauseMs, 2)],
  ['did', 4, (row) => (row.repair?.actions ?? []).join(', ')],
];

const line = (cells) =>
  cells
    .map((cell, i) => (i === 0 ? cell.padEnd(LINE[i][1]) : cell.padStart(LINE[i][1])))
    .join(' ')
    .trimEnd();

export const headLine = () => line(LINE.map(([title]) => title));
export const rowLine = (row) => line(LINE.map(([, , cellOf]) => cellOf(row)));

export function dayText({ day, changes, live, fresh, sides, generatedFrom, truthAgreement }) {
  const remarks = [
    `day ${day}: ${changes} changes, ${live} live`,
    generatedFrom && `generated vectors since day ${generatedFrom}`,
    truthAgreement !== undefined && `truth agrees with a scan: ${percent(truthAgreement)}`,
  ];
  return [remarks.filter(Boolean).join('; '), ...[...fresh, ...sides].map(rowLine)].join('\n');
}

function share({ value, low, high }) {
  return low === undefined
    ? percent(value)
    : `${percent(value)} [${percent(low)}, ${percent(high)}]`;
}

export function summaryText(summary, lastDay) {
  const lines = summary.map(
    ({ rate, deletes, side, arm, seeds, degradation, prevented, ...cost }) => {
      const axes = Object.entries(degradation).map(([axis, it]) => {
        const part = prevented?.[axis];
        return `    ${axis.padEnd(12)}${share(it)}${part ? `; prevented ${share(part)}` : ''}`;
      });
      const head =
        `${rate}% a day, ${deletes}: ${side} ${arm}, ${seeds} seeds; ` +
        `busy ${number(cost.busyMs, 0)} ms, longest pause ${number(cost.longestPauseMs, 2)} ms`;
      return [head, ...axes].join('\n');
    },
  );
  return [`Worse than a same-day rebuild, on day ${lastDay}:`, ...lines].join('\n');
}
