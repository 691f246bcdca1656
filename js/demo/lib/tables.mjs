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

/** The hits of a question: score, test, module and what the test says about itself. */
export function hitsTable(hits, patterns, width) {
  const scoreWidth = 8;
  const testWidth = Math.floor((width - scoreWidth) * 0.4);
  const moduleWidth = Math.floor((width - scoreWidth) * 0.22);
  const table = new Table({
    ...BORDERLESS,
    head: ['score', 'test', 'module', 'what it says'],
    colWidths: [scoreWidth, testWidth, moduleWidth, width - scoreWidth - testWidth - moduleWidth],
  });
  for (const { id, score } of hits) {
    const { domain, metadata } = patterns.get(id);
    const { docstring, comment } = JSON.parse(metadata);
    const test = id.slice(domain.length + 1);
    table.push([score.toFixed(4), test, domain, oneLine(docstring || comment)]);
  }
  return table.toString();
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
  return table.toString();
}
