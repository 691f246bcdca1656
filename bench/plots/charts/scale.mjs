// How p50 at a recall grows with the number of vectors.
import { COLOURS, chart } from './style.mjs';

const RECALL = 0.95;
const DIMENSION = 384;

function pointsOf({ rows }) {
  return rows
    .filter(({ data }) => data?.dimension === DIMENSION)
    .flatMap(({ data, atRecalls = [] }) =>
      atRecalls
        .filter(({ atRecall }) => atRecall === RECALL)
        .map(({ side, p50Us }) => ({ side, p50Us, vectors: data.vectors })),
    );
}

export function scaleCharts(report) {
  const values = pointsOf(report);
  if (new Set(values.map(({ vectors }) => vectors)).size < 2) return {};
  const sides = [...new Set(values.map(({ side }) => side))];
  const sizes = [...new Set(values.map(({ vectors }) => vectors))];
  const log = { type: 'log', nice: false, padding: 12 };
  return {
    p50: chart({
      title: `p50 of a search at recall ${RECALL}, ${DIMENSION} dimensions, generated vectors`,
      width: 480,
      height: 260,
      data: { values },
      mark: { type: 'line', point: { filled: true, size: 30 }, strokeWidth: 2 },
      encoding: {
        x: {
          ...{ field: 'vectors', type: 'quantitative', scale: log },
          axis: { title: 'vectors', values: sizes, format: ',' },
        },
        y: {
          ...{ field: 'p50Us', type: 'quantitative', scale: log },
          axis: {
            title: 'p50, us',
            values: [5, 10, 20, 50, 100, 200, 500, 1000, 2000],
            format: ',',
          },
        },
        color: {
          ...{ field: 'side', type: 'nominal', sort: sides },
          scale: { domain: sides, range: sides.map((_, i) => COLOURS[i % COLOURS.length]) },
          legend: { title: null, symbolType: 'stroke' },
        },
      },
    }),
  };
}
