// The comparison in C++: every run, and the sides at equal recall.
import { figure, machineText, micros, table, times } from '../markdown.mjs';
import { fastestAt, instructionSetOf } from '../reports.mjs';

const RUNS = [
  ['side', (run) => run.side ?? run.library, 'left'],
  ['settings', (run) => run.settings ?? `M=${run.m}`, 'left'],
  ['p50 us at 0.95', (run) => reached(run, 0.95)],
  ['p99', (run) => micros(fastestAt(run.points, 0.95)?.p99Us)],
  ['p50 us at 0.99', (run) => reached(run, 0.99)],
  ['p99', (run) => micros(fastestAt(run.points, 0.99)?.p99Us)],
  ['builds/s', (run) => figure(run.vectorsPerSecond)],
  ['bytes per vector', (run) => figure(run.residentBytesPerVector)],
  ['remarks', (run) => run.error ?? run.note ?? '', 'left'],
];

function reached(run, recall) {
  if (run.error) return '-';
  const point = fastestAt(run.points, recall);
  return point ? `${micros(point.p50Us)} (${point.knob ?? `ef=${point.ef}`})` : 'never';
}

const EQUAL = [
  ['recall', ({ recall }) => figure(recall, 2)],
  ['beside', ({ rival }) => rival, 'left'],
  ['theirs', ({ theirs }) => micros(theirs?.p50Us)],
  ['damask', ({ damask }) => micros(damask?.p50Us)],
  ['p50, theirs over ours', ({ p50Ratio }) => times(p50Ratio)],
  ['p99', ({ p99Ratio }) => times(p99Ratio)],
];

function threadsText({ twoThreads }) {
  if (!twoThreads) return undefined;
  const { oneThreadPerSecond, twoThreadsPerSecond, ratio, hotRatio } = twoThreads;
  const hot = hotRatio
    ? `; of two queries again and again, which wait for no memory, ${times(hotRatio)}`
    : '';
  return (
    `Batch search: ${figure(oneThreadPerSecond)} a second on one thread, ` +
    `${figure(twoThreadsPerSecond)} on two: ${times(ratio)}${hot}.`
  );
}

function buildText({ buildThreads }) {
  if (!buildThreads) return undefined;
  const { m, oneThreadSeconds, twoThreadsSeconds, ratio, sameBytes } = buildThreads;
  return (
    `Building (M=${m}): ${figure(oneThreadSeconds, 1)} s on one thread, ` +
    `${figure(twoThreadsSeconds, 1)} s on two: ${times(ratio)}, ` +
    `${sameBytes ? 'to the same bytes' : 'to OTHER BYTES'}.`
  );
}

function snapshotText({ snapshot }) {
  if (!snapshot) return undefined;
  const { bytes, writeSeconds, openColdMs, openWarmMs, firstSearchColdUs } = snapshot;
  return (
    `Snapshot: ${figure(bytes)} bytes, written and synced in ${figure(writeSeconds, 2)} s, opened in ` +
    `${figure(openColdMs, 1)} ms from a cold file and ${figure(openWarmMs, 1)} ms from a warm one; ` +
    `the first search after a cold one took ${micros(firstSearchColdUs)} us.`
  );
}

export function searchSection(report) {
  const instructionSet = instructionSetOf(report);
  return [
    `### ${report.data.name}${instructionSet ? `, ${instructionSet}` : ''}`,
    machineText(report),
    table(RUNS, report.runs),
    'At equal recall, each with the settings that serve it best:',
    table(EQUAL, report.equalRecall),
    threadsText(report),
    buildText(report),
    snapshotText(report),
  ]
    .filter(Boolean)
    .join('\n\n');
}
