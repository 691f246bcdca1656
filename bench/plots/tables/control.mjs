// Who chooses ef best while data, queries and load change.
import { figure, machineText, micros, table } from '../markdown.mjs';

const percent = (value) => `${(100 * value).toFixed(1)}%`;

/** A share over seeds, with its interval where there is one. */
function shareText({ mean, low, high }) {
  const interval = low === null ? '' : ` (${percent(Math.max(0, low))} to ${percent(high)})`;
  return `${percent(mean)}${interval}`;
}

function pointsText(difference) {
  if (difference === undefined) return '-';
  const points = (value) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`;
  const { mean, low, high } = difference;
  return low === null ? points(mean) : `${points(mean)} (${points(low)} to ${points(high)})`;
}

const COLUMNS = [
  ['who chooses ef', ({ who }) => who, 'left'],
  ['outside recall', ({ outsideRecall }) => shareText(outsideRecall)],
  ['outside p99', ({ outsideBudget }) => shareText(outsideBudget)],
  ['outside either', ({ outsideEither }) => shareText(outsideEither)],
  ['mpc less this, points', ({ outsideEitherMore }) => pointsText(outsideEitherMore)],
  ['ef', ({ meanEf }) => figure(meanEf.mean)],
  ['us a search', ({ meanServiceUs }) => micros(meanServiceUs.mean)],
  ['distances', ({ distances }) => figure(distances.mean)],
];

const whoOf = ({ rival, chosen }) =>
  `${rival}${rival === 'pi' ? '' : `: ${chosen.map((it) => it.replace(/^fixed |^pi /, '')).join(', ')}`}`;

export function controlSection(report) {
  const { plan, calibration, summary } = report;
  const mpc = summary.arms.find(({ name }) => name === 'mpc');
  const rivals = summary.against.map((arm) => ({ who: whoOf(arm), ...arm }));
  return [
    `### ${report.data?.name ?? report.name}${plan.calm ? ', calm' : ''}, clock: ${plan.clock}`,
    machineText(report),
    `${figure(plan.start)} vectors to begin with, ${plan.seeds.length} seeds of ${plan.horizons} horizons; ` +
      `recall@${plan.k} of at least ${plan.recall}, p99 of at most ${micros(1000 * calibration.p99Ms)} us, ` +
      `${figure(calibration.perSecond)} searches per second, twice as many in the middle. Some fixed ef of the ` +
      `list holds both in ${percent(summary.possible.mean)} of the horizons.`,
    table(COLUMNS, [{ who: 'mpc', ...mpc }, ...rivals]),
  ]
    .filter(Boolean)
    .join('\n\n');
}
