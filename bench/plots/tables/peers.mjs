// The comparison with the peers, a row for each setting of each.
import { figure, machineText, mebibytes, micros, table } from '../markdown.mjs';

const point = (row, recall) => row.at?.[recall] ?? undefined;

function pointText(row, recall) {
  const found = point(row, recall);
  if (!found) return row.points.length ? 'never' : '-';
  const knob = row.knob === null ? '' : ` (${row.knob} ${found.value})`;
  return `${micros(found.p50Us)}${knob}`;
}

/** What a reader must know: why it failed, what was wrong, how few searches a slow one got. */
function remarks(row, { data }) {
  const fewest = Math.min(...row.points.map(({ queries }) => queries));
  const slow = row.points.length > 0 && fewest < data.queries;
  return [
    row.status === 'measured' ? undefined : `${row.status}: ${row.reason}`,
    row.status !== 'failed' && row.persistence.reason,
    slow && `slow: ${fewest} of the queries at the least`,
  ]
    .filter(Boolean)
    .join('; ');
}

const best = ({ points }) => Math.max(...points.map(({ recall }) => recall));

const COLUMNS = (report) => [
  ['peer', (row) => row.peer, 'left'],
  ['version', (row) => row.version ?? '-', 'left'],
  ['settings', (row) => row.variant, 'left'],
  ['best recall', (row) => (row.points.length ? figure(best(row), 4) : '-')],
  ['p50 us at 0.95', (row) => pointText(row, 0.95)],
  ['p99', (row) => micros(point(row, 0.95)?.p99Us)],
  ['per s', (row) => figure(point(row, 0.95)?.perSecond)],
  ['p50 us at 0.99', (row) => pointText(row, 0.99)],
  ['builds/s', (row) => figure(row.build?.perSecond)],
  ['MiB', (row) => mebibytes(row.residentBytes)],
  ['reopened', (row) => row.persistence.kept],
  ['remarks', (row) => remarks(row, report), 'left'],
];

/** Those that reach 0.95 by their speed there, then those that do not, then those that failed. */
function ranked(rows) {
  const order = (row) => [row.points.length ? 0 : 1, point(row, 0.95)?.p50Us ?? Infinity];
  return [...rows].sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    return x[0] - y[0] || (x[1] === y[1] ? 0 : x[1] - y[1]);
  });
}

/** How each was used, once per peer. */
function notes({ rows }) {
  const said = new Map();
  for (const { peer, note } of rows) if (note) said.set(note, [...(said.get(note) ?? []), peer]);
  return [...said]
    .map(([note, peers]) => `- ${[...new Set(peers)].map((it) => `\`${it}\``).join(', ')}: ${note}`)
    .join('\n');
}

/** How busy the machine was when each row began. */
function loadText({ rows }) {
  const loads = rows.map(({ loadBefore }) => loadBefore).filter(Number.isFinite);
  if (loads.length === 0) return '';
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((it) => figure(it, 2));
  return ` Load average before a row: ${least} to ${most}.`;
}

export function peersSection(report) {
  return [
    `### ${report.name.replace(/^peers-/, '')}`,
    `${machineText(report)}${loadText(report)}`,
    table(COLUMNS(report), ranked(report.rows)),
    notes(report),
  ].join('\n\n');
}
