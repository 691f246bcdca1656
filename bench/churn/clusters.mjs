// What is about the same subject: rows around centres, and centres in groups.
import { pick, shuffled } from './chance.mjs';
import { dot, normalised } from './vectors.mjs';

const ROWS_PER_CENTRE = 128;
const ROUNDS = 5;

function nearest(centres, row) {
  let best = 0;
  let most = -Infinity;
  centres.forEach((centre, c) => {
    const cosine = dot(centre, row);
    if (cosine > most) [best, most] = [c, cosine];
  });
  return best;
}

/** The centres that k-means finds by cosine among some of the rows. */
export function centresOf(rows, count, next) {
  const sample = Array.from({ length: Math.min(rows.count, count * ROWS_PER_CENTRE) }, () =>
    rows.row(pick(next, rows.count)),
  );
  let centres = sample.slice(0, count).map((row) => Float32Array.from(row));
  for (let round = 0; round < ROUNDS; ++round) {
    const sums = centres.map(() => new Float64Array(rows.dimension));
    for (const row of sample) {
      const sum = sums[nearest(centres, row)];
      for (let j = 0; j < row.length; ++j) sum[j] += row[j];
    }
    // One that no row is nearest to stays where it is.
    centres = sums.map((sum, c) =>
      sum.some((value) => value !== 0) ? normalised(Float32Array.from(sum)) : centres[c],
    );
  }
  return centres;
}

/** Which centre each row is nearest to. */
export const assigned = (rows, centres) =>
  Uint16Array.from({ length: rows.count }, (_, i) => nearest(centres, rows.row(i)));

/**
 * Clusters in groups of about these shares of the rows: for each cluster the group that it is of. The
 * last groups are filled first, so that none of them is empty.
 */
export function groupsOf(assignment, clusters, shares, next) {
  const sizes = new Array(clusters).fill(0);
  for (const cluster of assignment) ++sizes[cluster];
  const groups = new Array(clusters).fill(0);
  let group = shares.length - 1;
  let filled = 0;
  for (const cluster of shuffled([...sizes.keys()], next)) {
    const isFuller = filled + sizes[cluster] / 2 > shares[group] * assignment.length;
    if (group > 0 && filled > 0 && isFuller) [group, filled] = [group - 1, 0];
    groups[cluster] = group;
    filled += sizes[cluster];
  }
  return groups;
}
