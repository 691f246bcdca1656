// The figures as text.
const percent = ({ mean, low, high }) =>
  `${(100 * mean).toFixed(1)}%${low === null ? '' : ` [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`}`;
const signed = ({ mean, low, high }) => {
  const text = (it) => `${it > 0 ? '+' : ''}${(100 * it).toFixed(1)}`;
  return `${text(mean)}${low === null ? '' : ` [${text(low)}, ${text(high)}]`}`;
};

const COLUMNS = ['outside recall', 'outside budget', 'outside either'];

const line = (name, arm) =>
  [
    `  ${name.padEnd(30)}`,
    ...[arm.outsideRecall, arm.outsideBudget, arm.outsideEither].map((it) =>
      percent(it).padStart(20),
    ),
    arm.meanEf.mean.toFixed(0).padStart(8),
    arm.meanRecall.mean.toFixed(4).padStart(8),
    arm.meanServiceUs.mean.toFixed(1).padStart(10),
    arm.distances.mean.toFixed(0).padStart(10),
  ].join('');

export function reportText({ data, plan, calibration, summary, dispersion }) {
  const head = [...COLUMNS.map((it) => it.padStart(20)), 'ef'.padStart(8), 'recall'.padStart(8)];
  return [
    `${data.name}: ${plan.start} vectors to begin with, ${plan.horizons} horizons, seeds ${plan.seeds}` +
      `${plan.calm ? ', calm' : ''}; recall@${plan.k} >= ${plan.recall}, p99 <= ${calibration.p99Ms.toFixed(3)} ms, ` +
      `${calibration.perSecond.toFixed(0)} searches/s, twice as many in the middle; clock: ${plan.clock}`,
    `some fixed ef holds both in ${percent(summary.possible)} of the horizons; ` +
      `misses vary ${dispersion === null ? 'by an unknown factor' : `${dispersion.toFixed(2)} times`} as much as single trials would`,
    `  ${''.padEnd(30)}${head.join('')}${'us'.padStart(10)}${'distances'.padStart(10)}`,
    ...summary.arms.map((arm) => line(arm.name, arm)),
    'mpc, outside either less that of its rival, in points of percent',
    ...summary.against.map(
      ({ rival, chosen, outsideEitherMore, outsideEither }) =>
        `  ${rival.padEnd(30)} ${signed(outsideEitherMore)} (rival ${percent(outsideEither)}: ${chosen.join(', ')})`,
    ),
    '',
  ].join('\n');
}
