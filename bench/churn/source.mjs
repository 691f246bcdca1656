// The vectors of a run, each of length 1, and what each of them is about.
import { generateDataset, readDataset } from '../js/dataset.mjs';
import { chanceOf } from './chance.mjs';
import { assigned, centresOf } from './clusters.mjs';
import { normalised } from './vectors.mjs';

const CLUSTERS = 32;

/** `{ prefix }` names files as bench/README.md has them; `{ count, dimension, queries }` generates. */
export async function loadSource(source) {
  const set = source.prefix
    ? await readDataset(source.prefix)
    : generateDataset({ ...source, seed: 1 });
  for (const vectors of [set.base, set.queries])
    for (let i = 0; i < vectors.count; ++i) normalised(vectors.row(i));
  const { base: rows, queries } = set;
  const centres = centresOf(rows, CLUSTERS, chanceOf('clusters'));
  return {
    name: source.prefix ? set.name : 'generated',
    ...{ rows, queries },
    ...{ clusters: assigned(rows, centres), queryClusters: assigned(queries, centres) },
  };
}
