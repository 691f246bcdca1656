// What was aimed at beside what was measured, each with the command that prints it.
import { figure, table } from '../markdown.mjs';
import { fastestAt, instructionSetOf, ofKind } from '../reports.mjs';

const isOurs = ({ side }) => side?.startsWith('damask');
const search = (report) =>
  ['`bench search`', report.data.name, instructionSetOf(report)].filter(Boolean).join(', ');
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

const ofM = (isIn, m) => (run) => isIn(run) && run.m === m;
const isHnswlib = ({ side }) => side === 'hnswlib';

/** Of graphs with as many links on both sides. */
const memoryWith = (m, remark) => (report) => {
  const key = 'residentBytesPerVector';
  const bytes = (isIn) => least(runsOf(report, ofM(isIn, m), key).map((run) => run[key]));
  return {
    what: `resident bytes per vector with M = ${m}${remark}, damask's over hnswlib's`,
    target: 'at most 0.6',
    value: over(bytes(isOurs), bytes(isHnswlib)),
  };
};

/** How fast the graph is that takes the least memory. */
function smallestSpeed({ runs }) {
  const p50 = (isIn) =>
    fastestAt(
      runs.filter((run) => !run.error && isIn(run)).flatMap(({ points }) => points),
      0.95,
    )?.p50Us;
  return {
    what: "native search p50 at recall >= 0.95 with M = 16, hnswlib's best over damask's",
    target: 'at least 5',
    value: over(p50(isHnswlib), p50(ofM(isOurs, 16))),
  };
}

function building(report) {
  const rate = (isIn) =>
    most(runsOf(report, isIn, 'vectorsPerSecond').map((run) => run.vectorsPerSecond));
  return {
    what: "build rate on one thread, damask's best over hnswlib's best",
    target: 'at least 3',
    value: over(rate(isOurs), rate(isHnswlib)),
  };
}

const SEARCH = [
  atEqualRecall(0.95, 'hnswlib', 'at least 8.2'),
  atEqualRecall(0.99, 'hnswlib', 'at least 8.2'),
  atEqualRecall(0.95, 'hnswlib-fast', '-'),
  atEqualRecall(0.99, 'hnswlib-fast', '-'),
  memoryWith(16, ''),
  smallestSpeed,
  memoryWith(32, ' (the default)'),
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

/** Filters that one pattern in a hundred matches, wherever they lie. */
function filtered({ rows }) {
  const ofOne = rows.filter(({ percent }) => percent === 1);
  const what = 'search with a filter that 1% match: the';
  return [
    {
      what: `${what} least recall`,
      target: 'at least 0.99',
      value: least(ofOne.map(({ recall }) => recall)),
    },
    {
      what: `${what} largest p50, over the unfiltered`,
      target: 'at most 2',
      value: most(ofOne.map(({ ratio }) => ratio)),
    },
  ];
}

/** Of each instruction set the report on the largest data. */
function searches(reports) {
  const last = new Map();
  for (const report of ofKind(reports, 'search')) last.set(instructionSetOf(report), report);
  return [...last.values()];
}

/** A model that chooses ef, less the best of each kind of rival. */
function controlled({ summary: { arms, against } }) {
  const mpc = arms.find(({ name }) => name === 'mpc');
  return against.map(({ rival, outsideEither }) => ({
    what: `share of time outside the recall target or the p99 budget, mpc's less that of: ${rival}`,
    target: 'below 0',
    value: mpc.outsideEither.mean - outsideEither.mean,
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
      what: "the same before an evening's repair, the mean of the days that were compared",
      target: 'at most 0.05',
      value: worst(({ before }) => means(before)),
    },
    {
      what: 'part of the degradation that is prevented, the least of all axes',
      target: 'at least 0.98',
      value: least(on.flatMap(({ prevented }) => means(prevented))),
    },
  ];
  const during = {
    what: "searches during an evening's repair, as many times as long as the rebuild's: p50 and p99, the worse",
    target: 'at most 1.05',
    value: worst(({ during: its }) => means(its)),
  };
  const pause = {
    what: `longest pause of a search by healing, ${plan.backend}, ms`,
    target: plan.backend === 'native' ? 'at most 2' : 'at most 10',
    value: worst(({ longestPauseMs }) => longestPauseMs),
  };
  return [...(plan.days === mostDays ? ofLongest : []), during, pause];
}

/** Healing a store that nothing else is asked of, beside a loop that does nothing. */
function paused({ rows, rounds }) {
  return ['native', 'wasm-simd'].flatMap((backend) => {
    const of = rows.filter((row) => row.backend === backend);
    if (of.length === 0) return [];
    const idle = figure(most(of.map(({ idleLongestMs }) => idleLongestMs)), 2);
    return [
      {
        what: `longest slice of healing, ${backend}, in the best of ${rounds} rounds of the same work, ms`,
        target: backend === 'native' ? 'at most 2' : 'at most 10',
        value: most(of.map((row) => row.sliceLongestOfBestRoundMs)),
      },
      {
        what: `the same, in all rounds, ms; of an idle loop beside it ${idle}`,
        target: backend === 'native' ? 'at most 2' : 'at most 10',
        value: most(of.map(({ sliceLongestMs }) => sliceLongestMs)),
      },
    ];
  });
}

const GOALS = [
  ['what', ({ what }) => what, 'left'],
  ['aimed at', ({ target }) => target, 'left'],
  ['measured', ({ value }) => figure(value, Math.abs(value) < 0.1 ? 3 : 2)],
  ['by', ({ by }) => by, 'left'],
];

/** The table, from the largest data that each benchmark has seen; empty without any. */
export function goalsSection(reports) {
  const rows = [];
  const add = (kind, by, goals) => {
    const report = largest(reports, kind);
    if (report) for (const goal of goals(report)) rows.push({ ...goal, by: by(report) });
  };
  for (const report of searches(reports))
    for (const goalOf of SEARCH) rows.push({ ...goalOf(report), by: search(report) });
  add(
    'peers',
    ({ data }) => `\`bench peers\`, ${data.name}`,
    (report) => [portable(report)],
  );
  add('js-overhead', () => '`bench js-overhead`', overheads);
  add('scale', () => '`bench scale`', growths);
  add('filters', ({ data }) => `\`bench filters\`, ${data.name}`, filtered);
  for (const report of ofKind(reports, 'control'))
    for (const goal of controlled(report))
      rows.push({ ...goal, by: `\`bench control\`, ${report.data.name}, ${report.plan.clock}` });
  const churned = ofKind(reports, 'churn');
  const mostDays = Math.max(...churned.map(({ plan }) => plan.days));
  for (const report of churned)
    for (const goal of years(report, mostDays))
      rows.push({
        ...goal,
        by: `\`bench churn\`, ${report.name.replace(/^churn-/, '')}, ${report.plan.days} days`,
      });
  for (const report of ofKind(reports, 'pauses'))
    for (const goal of paused(report))
      rows.push({ ...goal, by: `\`bench pauses\`, ${report.data.name}` });
  const measured = rows.filter(({ value }) => value !== undefined);
  return measured.length ? table(GOALS, measured) : '';
}
