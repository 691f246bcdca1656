// damask on every instruction set and in every runtime.
import { figure, machineText, micros, table, times } from '../markdown.mjs';

const COLUMNS = [
  ['where', ({ target }) => target, 'left'],
  ['version', ({ version }) => version ?? '-', 'left'],
  ['kernels', ({ instructionSet }) => instructionSet ?? '-', 'left'],
  ['p50 us', ({ p50Us }) => micros(p50Us)],
  ['per s', ({ perSecond }) => figure(perSecond)],
  ['times the first', ({ ratio }) => times(ratio)],
  ['opening, ms', ({ openMs }) => figure(openMs, 1)],
  ['recall', ({ recall }) => figure(recall, 4)],
  ['answers', answersText, 'left'],
];

function answersText({ error, sameAnswers }) {
  if (error) return `failed: ${error}`;
  return sameAnswers ? 'the same' : 'DIFFER';
}

export function targetsSection(report) {
  return [
    `### ${report.data?.name ?? report.name}`,
    machineText(report),
    table(COLUMNS, report.rows),
  ].join('\n\n');
}
