// Reports that are rows of plain figures: a column for each key, formatted as its name tells.
import { figure, machineText, micros, table } from '../markdown.mjs';

const FORMATS = [
  [/us$/i, micros],
  [/ms$/i, (value) => figure(value, 2)],
  [/recall$/i, (value) => figure(value, 4)],
  [/ratio$|selectivity$|part$/i, (value) => figure(value, 3)],
  [/seconds$/i, (value) => figure(value, 2)],
];

const isPlain = (value) => value === null || typeof value !== 'object';

export function plainText(key, value) {
  if (value === undefined || value === null) return '-';
  if (typeof value !== 'number') return String(value);
  const format = FORMATS.find(([pattern]) => pattern.test(key));
  if (format) return format[1](value);
  return figure(value, Number.isInteger(value) ? 0 : 2);
}

/** "p50Us" as "p50 us". */
const titleOf = (key) => key.replace(/([a-z0-9])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** A table of objects: every key that is plain in all that have it, in the order of first sight. */
export function rowsTable(rows) {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((key) =>
    rows.every((row) => isPlain(row[key] ?? null)),
  );
  const side = (key) => (rows.some((row) => typeof row[key] === 'string') ? 'left' : 'right');
  return table(
    keys.map((key) => [titleOf(key), (row) => plainText(key, row[key]), side(key)]),
    rows,
  );
}

/** One table, or one for each `what` that rows are of. */
function tablesOf(rows) {
  const kinds = [...new Set(rows.map(({ what }) => what))];
  if (kinds.length === 1) return [rowsTable(rows)];
  return kinds.flatMap((kind) => [
    `**${kind}**`,
    rowsTable(rows.filter(({ what }) => what === kind).map(({ what: _, ...rest }) => rest)),
  ]);
}

export function rowsSection(report) {
  return [`### ${report.data?.name ?? report.name}`, machineText(report), ...tablesOf(report.rows)]
    .filter(Boolean)
    .join('\n\n');
}
