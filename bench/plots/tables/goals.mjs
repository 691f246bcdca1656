// What was aimed at beside what was measured, each with the command that prints it.
import { figure, table } from '../markdown.mjs';
import { fastestAt, ofKind } from '../reports.mjs';

const isOurs = ({ side }) => side?.startsWith('damask');
const search = (report) => `\`bench search\`, ${report.data.name}`;
const largest = (reports, kind) => ofKind(reports, kind).at(-1);

/** Every run of a side that has a figure. */
const runsOf = (report, isIn, key) =>
  report.runs.filter((run) => !run.error && isIn(run) && run[key] > 0);
const least = (values) => (values.length ? Math.min(...values) : undefined);
const most = (values) => (values.length ? Math.max(...values) : undefined);
const over = (a, b) => (a !== undefined && b !== undefined ? a / b : undefined);

function equalRecall(report, recall, rival) {
  const found = report.equalRecall.find((it) => it.recall === recall && it.rival === rival);
  return found?.p50Ratio ?? undefined;
}

const atEqualRecall = (recall, rival, target) => (report) => ({
  what: `native search p50 at recall >= ${recall}, ${rival}'s over damask's`,
  target,
  value: equalRecall(report, recall, rival),
});

/** Of each side's runs the one with the fewest bytes, or the fastest build. */
function memory(report) {
  const key = 'residentBytesPerVector';
  const bytes = (isIn) => least(runsOf(report, isIn, key).map((run) => run[key]));
  const theirs = bytes(({ side }) => side === 'hnswlib');
  return {
    what: "resident bytes per vector, the smallest of damask's over the smallest of hnswlib's",
    target: 'at most 0.6',
    value: over(bytes(isOurs), theirs),
  };
}

function building(report) {
  const rate = (isIn) =>
    most(runsOf(report, isIn, 'vectorsPerSecond').map((run) => run.vectorsPerSecond));
  return {
    what: "build rate on one thread, damask's best over hnswlib's best",
    target: 'at least 3',
    value: over(
      rate(isOurs),
      rate(({ side }) => side === 'hnswlib'),
    ),
  };
}

const SEARCH = [
  atEqualRecall(0.95, 'hnswlib', 'at least 8.2'),
  atEqualRecall(0.99, 'hnswlib', 'at least 8.2'),
  atEqualRecall(0.95, 'hnswlib-fast', '-'),
  atEqualRecall(0.99, 'hnswlib-fast', '-'),
  memory,
  building,
  ({ twoThreads }) => ({
    what: 'batch search on two threads over one',
    target: 'at least 1.9',
    value: twoThreads?.ratio,
  }),
  ({ buildThreads }) => ({
    what: 'building on two threads, one thread over two; the same bytes',
    target: 'at least 1.9',
    value: buildThreads?.sameBytes ? buildThreads.ratio : undefined,
  }),
  ({ snapshot }) => ({
    what: 'opening the snapshot, from a warm file, s',
    target: 'at most 0.2',
    value: over(snapshot?.openWarmMs, 1000),
  }),
];

function portable(report) {
  const at = (name) => {
    const points = report.rows.filter(({ peer }) => peer === name).flatMap((row) => row.points);
    return fastestAt(points, 0.95)?.p50Us;
  };
  return {
    what: "wasm-simd search p50 at recall >= 0.95, hnswlib-node's (native) over damask's, both in node",
    target: 'above 1',
    value: over(at('hnswlib-node'), at('damask-wasm-simd')),
  };
}

function overheads({ rows }) {
  return rows.map(({ method, beyondUs }) => ({
    what: `\`${method}\` through the package (native addon) beyond the same search in C++, us`,
    target: 'at most 2',
    value: beyondUs,
  }));
}

function growths({ growth = [] }) {
  return growth
    .filter(({ side, atRecall }) => isOurs({ side }) && atRecall === 0.95)
    .map(({ from, to, p50Ratio }) => ({
      what: `p50 growth from ${figure(from)} to ${figure(to)} vectors, at recall >= 0.95`,
      target: 'at most 1.5',
      value: p50Ratio,
    }));
}

/** Of the store that looks after itself: the worst of all rates and orders of deletions. */
function years({ plan, summary = [] }, mostDays) {
  const on = summary.filter(({ arm }) => arm === 'on');
  const worst = (pick) => most(on.flatMap(pick).filter((value) => value !== undefined));
  const means = (it) => Object.values(it ?? {}).map(({ value }) => value);
  const ofLongest = [
    {
      what: `worse than a same-day rebuild on day ${plan.days}, the worst of all axes`,
      target: 'at most 0.05',
      value: worst(({ degradation }) => means(degradation)),
    },
    {
      what: 'part of the degradation that is prevented, the least of all axes',
      target: 'at least 0.98',
      value: least(on.flatMap(({ prevented }) => means(prevented))),
    },
  ];
  const pause = {
    what: `longest pause of a search by healing, ${plan.backend}, ms`,
    target: plan.backend === 'native' ? 'at most 2' : 'at most 10',
    value: worst(({ longestPauseMs }) => longestPauseMs),
  };
  return [...(plan.days === mostDays ? ofLongest : []), pause];
}

const GOALS = [
  ['what', ({ what }) => what, 'left'],
  ['aimed at', ({ target }) => target, 'left'],
  ['measured', ({ value }) => figure(value, 2)],
  ['by', ({ by }) => by, 'left'],
];

/** The table, from the largest data that each benchmark has seen; empty without any. */
export function goalsSection(reports) {
  const rows = [];
  const add = (kind, by, goals) => {
    const report = largest(reports, kind);
    if (report) for (const goal of goals(report)) rows.push({ ...goal, by: by(report) });
  };
  add('search', search, (report) => SEARCH.map((goalOf) => goalOf(report)));
  add(
    'peers',
    ({ data }) => `\`bench peers\`, ${data.name}`,
    (report) => [portable(report)],
  );
  add('js-overhead', () => '`bench js-overhead`', overheads);
  add('scale', () => '`bench scale`', growths);
  const churned = ofKind(reports, 'churn');
  const mostDays = Math.max(...churned.map(({ plan }) => plan.days));
  for (const report of churned)
    for (const goal of years(report, mostDays))
      rows.push({ ...goal, by: `\`bench churn\`, ${report.data.name}, ${report.plan.days} days` });
  const measured = rows.filter(({ value }) => value !== undefined);
  return measured.length ? table(GOALS, measured) : '';
}
