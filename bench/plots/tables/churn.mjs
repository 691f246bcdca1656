// Thirty days of changes: how far from a same-day rebuild each arm was on the last.
import { figure, machineText, mebibytes, table } from '../markdown.mjs';

const AXES = [
  ['recall', 'recall'],
  ['p50', 'p50'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['distances', 'distances'],
  ['memory', 'memory'],
  ['selfMiss', 'self missed'],
  ['unreachable', 'unreachable'],
];

const optional = (share) => (share === undefined || share === null ? '-' : percent(share));
const percent = (share) => `${figure(100 * share, 2)}%`;

/** A share, and how far off the mean of all seeds may be. */
function withInterval(it) {
  if (!it) return '-';
  return it.low === undefined
    ? percent(it.value)
    : `${percent(it.value)} (${percent(it.low)} to ${percent(it.high)})`;
}

/** Of the arm that is watched for it. */
const stallText = (ms) => (ms ? figure(ms, 2) : '-');

const WHICH = [
  ['replaced a day', ({ rate }) => `${rate}%`],
  ['deleted', ({ deletes }) => deletes, 'left'],
  ['arm', ({ side, arm }) => `${side} ${arm}`, 'left'],
  ['seeds', ({ seeds }) => figure(seeds)],
];

const degradation = [
  ...WHICH,
  ...AXES.map(([axis, title]) => [title, (row) => withInterval(row.degradation[axis])]),
];

const worst = [
  ...WHICH,
  ...AXES.map(([axis, title]) => [title, (row) => optional(row.worst?.[axis])]),
];

const before = [
  ...WHICH,
  ...AXES.map(([axis, title]) => [title, (row) => withInterval(row.before?.[axis])]),
];

const prevented = [
  ...WHICH,
  ...AXES.map(([axis, title]) => [title, (row) => withInterval(row.prevented?.[axis])]),
];

const cost = [
  ...WHICH,
  ['actions', ({ actions }) => figure(actions, 1)],
  ['busy, ms', ({ busyMs }) => figure(busyMs)],
  ['longest pause, ms', ({ longestPauseMs }) => figure(longestPauseMs, 2)],
  ['longest garbage collection, ms', (row) => stallText(row.longestCollectionMs)],
  ['longest stall of an idle loop, ms', ({ machineStallMs }) => stallText(machineStallMs)],
  ['held beside the store, MiB', ({ peakBytes }) => mebibytes(peakBytes)],
  ['p50 during repair', ({ during }) => figure(during?.p50.value, 2)],
  ['p99 during repair', ({ during }) => figure(during?.p99.value, 2)],
  ['p99 of the worst evening', ({ duringP99Ratio }) => figure(duringP99Ratio, 2)],
];

const repairs = ({ side, arm }) => side === 'damask' && arm !== 'off';

/** From which day on some vectors were generated, by rate: the earliest of all cases. */
function generatedText({ cases }) {
  const days = new Map();
  for (const { rate, days: of } of cases) {
    const day = of.at(-1)?.generatedFrom;
    if (day !== undefined) days.set(rate, Math.min(day, days.get(rate) ?? Infinity));
  }
  if (days.size === 0) return 'All that came was real.';
  const parts = [...days].map(([rate, day]) => `at ${rate}% a day from day ${day}`);
  return `Where the real ones were used up, neighbours of real ones were generated: ${parts.join(', ')}.`;
}

/** The least share of the truth that an independent scan found too. */
function truthText({ cases }) {
  const shares = cases.flatMap(({ days }) =>
    days.map(({ truthAgreement }) => truthAgreement).filter((it) => it !== undefined),
  );
  return shares.length === 0
    ? ''
    : `A scan in double precision found at least ${percent(Math.min(...shares))} of the truth too.`;
}

export function churnSection(report) {
  const { plan, summary = [], leftOut = [] } = report;
  const settings =
    `${figure(plan.start)} vectors to begin with, ${plan.days} days; damask M=${plan.m}, ef ${plan.ef}, ` +
    `${plan.backend}; hnswlib M=${plan.hnswlibM}, ef ${plan.hnswlibEf}.`;
  const ours = summary.filter(repairs);
  return [
    `### ${report.name.replace(/^churn-/, '')}: ${plan.days} days, ${plan.sides.join(' and ')}, ${plan.backend}`,
    [machineText(report), settings, generatedText(report), truthText(report)]
      .filter(Boolean)
      .join(' '),
    summary.length ? `**on day ${plan.days}**\n\n${table(degradation, summary)}` : '',
    ours.some((row) => row.before)
      ? `**before an evening's repair, the mean of the days with a rebuild**\n\n${table(before, ours)}`
      : '',
    summary.length
      ? `**the worst of all days with a rebuild and all seeds, before the evening's repair or after it**\n\n${table(worst, summary)}`
      : '',
    ours.length ? `**prevented**\n\n${table(prevented, ours)}` : '',
    ours.length ? `**what it took**\n\n${table(cost, ours)}` : '',
    leftOut.length ? `Not measured: ${leftOut.join('; ')}.` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}
