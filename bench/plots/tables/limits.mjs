// Where the time of a search goes.
import { figure, machineText, micros, table } from '../markdown.mjs';

const TIMES = [
  ['ef', ({ ef }) => figure(ef)],
  ['recall', ({ recall }) => figure(recall, 4)],
  ['distances', ({ distances }) => figure(distances)],
  ['p50 us, in turn', ({ p50Us }) => micros(p50Us)],
  ['again at once', ({ againP50Us }) => micros(againP50Us)],
  ['rows read in batches', ({ readInBatchesP50Us }) => micros(readInBatchesP50Us)],
  ['rows read, all known ahead', ({ readAtOnceP50Us }) => micros(readAtOnceP50Us)],
];
const COUNTS = [
  ['ef', ({ ef }) => figure(ef)],
  ['instruction set', ({ counted }) => counted.instructionSet, 'left'],
  ['instructions', ({ counted }) => figure(counted.instructions)],
  ['a distance', ({ counted, distances }) => figure(counted.instructions / distances)],
  ['mispredicted branches', ({ counted }) => figure(counted.mispredicted)],
  ['bytes from beyond 32 KiB', ({ counted }) => figure(counted.bytesFromL2)],
  ['from beyond 1 MiB', ({ counted }) => figure(counted.bytesFromMemory)],
  ['of top planes', ({ distances, rowBytes }) => figure(distances * rowBytes)],
];

export function limitsSection(report) {
  return [
    `### ${report.data.name}, ${report.points[0].instructionSet}`,
    machineText(report),
    `M = ${report.m}. Times of one search on one thread:`,
    table(TIMES, report.points),
    'What callgrind counts for one search, with caches of 32 KiB and 1 MiB:',
    table(COUNTS, report.points),
  ]
    .filter(Boolean)
    .join('\n\n');
}
