import seedrandom from 'seedrandom';
import umap from 'umap-js';

/** Neighbours that hold a point in its place; fewer where there are fewer points. */
const NEIGHBOURS = 15;

/** How close points may come: small enough that groups stand apart. */
const MIN_DISTANCE = 0.15;

/** Rounds of moving points: UMAP's own choice for large sets. */
const ROUNDS = 200;

const SEED = 'damask';

/**
 * Places patterns in the plane with UMAP, so that near ones are alike. `neighboursOf(row, k)` gives
 * the k rows most like a row, itself left out, as `{row, cosine}`, best first. Returns [x, y] of
 * every row; the same for the same neighbours.
 */
export async function layOut(rows, neighboursOf) {
  const k = Math.min(NEIGHBOURS, rows - 1);
  if (k < 2) throw new RangeError(`${rows} patterns are too few for a map: at least 3 are needed`);
  const indices = [];
  const distances = [];
  for (let row = 0; row < rows; row += 1) {
    const near = await neighboursOf(row, k - 1);
    indices.push([row, ...near.map((other) => other.row)]);
    distances.push([0, ...near.map((other) => Math.max(0, 1 - other.cosine))]);
  }
  const layout = new umap.UMAP({
    nComponents: 2,
    nNeighbors: k,
    minDist: MIN_DISTANCE,
    nEpochs: ROUNDS,
    random: seedrandom(SEED),
  });
  layout.setPrecomputedKNN(indices, distances);
  layout.initializeFit(indices);
  for (let round = 0; round < ROUNDS; round += 1) layout.step();
  return layout.getEmbedding();
}
