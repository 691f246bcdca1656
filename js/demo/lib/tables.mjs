import Table from 'cli-table3';

const PLAIN_WIDTH = 100;
const NARROWEST = 72;
const WIDEST = 160;

/** Columns to write to: the terminal's, or 100 where there is none. */
export function terminalWidth(output = process.stdout) {
  return Math.min(Math.max(output.columns ?? PLAIN_WIDTH, NARROWEST), WIDEST);
}

const BORDERLESS = {
  chars: Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
      'middle',
    ].map((part) => [part, '']),
  ),
  style: { 'padding-left': 2, 'padding-right': 0, head: [], border: [] },
};

const oneLine = (text) => text.split(/\s+/).join(' ').trim();

const GAP = BORDERLESS.style['padding-left'];

/** Characters that a column needs for its texts, at most `limit`, with the gap before it. */
function columnWidth(texts, limit) {
  return GAP + Math.min(Math.max(...texts.map((text) => text.length)), limit);
}

/** What the table prints, without the blanks that fill up its last column. */
function textOf(table) {
  return table.toString().replace(/ +$/gm, '');
}

/** The hits of a question: score, test, module and what the test says about itself. */
export function hitsTable(hits, patterns, width) {
  const head = ['score', 'test', 'module', 'what it says'];
  const rows = hits.map(({ id, score }) => {
    const { domain, metadata } = patterns.get(id);
    const { docstring, comment } = JSON.parse(metadata);
    return [score.toFixed(4), id.slice(domain.length + 1), domain, oneLine(docstring || comment)];
  });
  const column = (index) => [head, ...rows].map((row) => row[index]);
  const widths = [
    columnWidth(column(0), width),
    columnWidth(column(1), Math.floor(width * 0.38)),
    columnWidth(column(2), Math.floor(width * 0.2)),
  ];
  const left = width - widths.reduce((sum, each) => sum + each, 0);
  const table = new Table({ ...BORDERLESS, head, colWidths: [...widths, left] });
  table.push(...rows);
  return textOf(table);
}

/** One line for each side: what it ran on, how long it took, what it found. */
export function sidesTable(sides, k) {
  const table = new Table({
    ...BORDERLESS,
    head: ['side', 'kernels', 'per query', 'exact search', `recall@${k}`, 'snapshot, saved again'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const side of sides) {
    table.push([
      side.name,
      side.instructionSet,
      `${side.microseconds.graph.toFixed(1)} us`,
      `${side.microseconds.exact.toFixed(1)} us`,
      side.recall.toFixed(3),
      `sha256 ${side.sha256.slice(0, 12)}`,
    ]);
  }
  return textOf(table);
}
