// Tables and figures as Markdown has them.

/** A table: columns are [title, cellOf], texts to the left, figures to the right. */
export function table(columns, rows) {
  const escape = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells) => `| ${cells.map(escape).join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    `|${columns.map(([, , side]) => (side === 'left' ? '---|' : '--:|')).join('')}`,
    ...rows.map((row) => line(columns.map(([, cellOf]) => cellOf(row)))),
  ].join('\n');
}

const grouped = (text) => text.replace(/\B(?=(\d{3})+$)/g, ',');

/** With `digits` behind the point; whole numbers in groups of three. */
export function figure(value, digits = 0) {
  if (value === undefined || value === null) return '-';
  return digits > 0 ? value.toFixed(digits) : grouped(value.toFixed(0));
}

/** Microseconds to three digits that count, at least whole ones. */
export function micros(value) {
  if (value === undefined || value === null) return '-';
  return figure(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

export const times = (value) => (value ? `${value.toFixed(2)} x` : '-');
export const mebibytes = (bytes) => (bytes === undefined ? '-' : figure(bytes / 2 ** 20));

export function machineText({ machine, data }) {
  if (typeof machine !== 'object') return '';
  const { processor, cores, system, node, compiler } = machine;
  const parts = [processor, cores && `${cores} cores`, system, node && `node ${node}`, compiler];
  const set = data?.vectors
    ? `${data.name}: ${figure(data.vectors)} vectors of ${data.dimension} dimensions` +
      `${data.queries ? `, ${figure(data.queries)} queries` : ''}; `
    : '';
  const text = `${set}${parts.filter(Boolean).join(', ')}`;
  return text ? `${text}.` : '';
}
