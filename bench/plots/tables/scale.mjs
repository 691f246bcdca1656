// How latency grows with the number of vectors and of dimensions, and where there is no structure.
import { figure, machineText, micros, table, times } from '../markdown.mjs';

const COLUMNS = [
  ['vectors', ({ row }) => figure(row.data?.vectors)],
  ['dimensions', ({ row }) => figure(row.data?.dimension)],
  ['data', ({ row }) => row.name, 'left'],
  ['side', ({ entry }) => entry?.side ?? '-', 'left'],
  ['recall at least', ({ entry }) => figure(entry?.atRecall, 2)],
  ['p50 us', ({ entry }) => micros(entry?.p50Us)],
  ['p99', ({ entry }) => micros(entry?.p99Us)],
  ['knob', ({ entry }) => entry?.knob ?? '-', 'left'],
  ['distances', ({ entry }) => figure(entry?.distances)],
  ['builds/s', ({ row, entry }) => figure(runOf(row, entry)?.vectorsPerSecond)],
  ['bytes per vector', ({ row, entry }) => figure(runOf(row, entry)?.residentBytesPerVector)],
  ['remarks', ({ row }) => row.error ?? '', 'left'],
];

const runOf = (row, entry) => row.runs?.find(({ side }) => side === entry?.side);

const GROWTH = [
  ['from', ({ from }) => figure(from)],
  ['to', ({ to }) => figure(to)],
  ['side', ({ side }) => side, 'left'],
  ['recall at least', ({ atRecall }) => figure(atRecall, 2)],
  ['p50 grows', ({ p50Ratio }) => times(p50Ratio)],
];

export function scaleSection(report) {
  const lines = report.rows.flatMap((row) =>
    (row.atRecalls?.length ? row.atRecalls : [undefined]).map((entry) => ({ row, entry })),
  );
  const growth = report.growth?.length
    ? ['From one size to the next:', table(GROWTH, report.growth)]
    : [];
  return [machineText(report), table(COLUMNS, lines), ...growth].join('\n\n');
}
