// Where another is ahead of damask, each with its best settings.
import { figure, micros, table } from '../markdown.mjs';
import { fastestAt, ofKind } from '../reports.mjs';

const p50At = (recall) => (row) => fastestAt(row.points, recall)?.p50Us;

/** What is compared: the smaller the better, unless `more`. */
const MEASURES = {
  search: [
    { what: 'p50 us at recall 0.95', of: p50At(0.95), text: micros },
    { what: 'p50 us at recall 0.99', of: p50At(0.99), text: micros },
    {
      what: 'vectors indexed per second',
      of: (run) => run.vectorsPerSecond,
      text: figure,
      more: true,
    },
    { what: 'resident bytes per vector', of: (run) => run.residentBytesPerVector, text: figure },
  ],
  peers: [
    { what: 'p50 us at recall 0.95', of: p50At(0.95), text: micros },
    { what: 'p50 us at recall 0.99', of: p50At(0.99), text: micros },
    {
      what: 'vectors indexed per second',
      of: (row) => row.build?.perSecond,
      text: figure,
      more: true,
    },
    {
      what: 'memory in use, MiB',
      of: (row) => row.residentBytes / 2 ** 20,
      text: (value) => figure(value, 1),
    },
  ],
};

/** The best of some rows by a measure, as { row, value }. */
function bestBy({ of, more }, rows) {
  const valued = rows.map((row) => ({ row, value: of(row) })).filter(({ value }) => value > 0);
  return valued.sort((a, b) => (more ? b.value - a.value : a.value - b.value))[0];
}

/** One line for each rival, as `nameOf` names it, that is ahead of all of ours. */
function ahead(where, measure, { ours, theirs, nameOf }) {
  const own = bestBy(measure, ours);
  if (!own) return [];
  const lines = [...new Set(theirs.map(nameOf))].map((name) => {
    const rival = bestBy(
      measure,
      theirs.filter((row) => nameOf(row) === name),
    );
    const wins = rival && (measure.more ? rival.value > own.value : rival.value < own.value);
    return (
      wins && { where, what: measure.what, name, theirs: rival.value, ours: own.value, measure }
    );
  });
  return lines.filter(Boolean);
}

function searchSides({ data, runs }) {
  const measured = runs.filter(({ error }) => !error);
  const isOurs = ({ side }) => side.startsWith('damask');
  return [
    {
      where: `C++, ${data.name}`,
      ours: measured.filter(isOurs),
      theirs: measured.filter((run) => !isOurs(run)),
      nameOf: ({ side }) => side,
    },
  ];
}

function peersSides({ data, rows }) {
  const measured = rows.filter(({ status }) => status !== 'failed');
  const isOurs = ({ peer }) => peer.startsWith('damask-');
  const nameOf = ({ peer }) => peer;
  const kinds = [
    ['native', 'damask-native', ({ runs }) => runs === 'native'],
    ['WebAssembly and JavaScript', 'damask-wasm-simd', ({ runs }) => runs !== 'native'],
  ];
  return kinds.map(([kind, name, isOfKind]) => ({
    where: `${kind}, ${data.name}`,
    ours: measured.filter(({ peer }) => peer === name),
    theirs: measured.filter((row) => !isOurs(row) && isOfKind(row)),
    nameOf,
  }));
}

const SIDES = { search: searchSides, peers: peersSides };

const COLUMNS = [
  ['where', ({ where }) => where, 'left'],
  ['what', ({ what }) => what, 'left'],
  ['ahead', ({ name }) => name, 'left'],
  ['theirs', ({ theirs, measure }) => measure.text(theirs)],
  ['damask', ({ ours, measure }) => measure.text(ours)],
];

/** The table of all reports; empty when nothing was compared. */
export function lossesSection(reports) {
  const sides = Object.keys(SIDES).flatMap((kind) =>
    ofKind(reports, kind).flatMap((report) => SIDES[kind](report).map((side) => ({ kind, side }))),
  );
  const lines = sides.flatMap(({ kind, side }) =>
    MEASURES[kind].flatMap((measure) => ahead(side.where, measure, side)),
  );
  if (sides.length === 0) return '';
  return lines.length ? table(COLUMNS, lines) : 'Nobody, in what was measured.';
}
