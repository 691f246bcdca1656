import { layOut } from './layout.mjs';
import { findRegions } from './regions.mjs';

/** Fields that a person can filter by. */
export const FIELDS = ['domain', 'framework', 'type'];

/** Coordinates are written as whole numbers up to this. */
export const EXTENT = 65535;

/** How often each value occurs, as [value, count] by value; a pattern without the field counts as ''. */
function countValues(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** How much of a coordinate is its rank. UMAP leaves most of the plane to a few groups far out. */
const RANK_SHARE = 0.7;

/** One coordinate of all points in [0, 1]: crowded parts have more room, and gaps remain gaps. */
function spread(values) {
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  const range = sorted[last] - sorted[0];
  const rankOf = new Map();
  sorted.forEach((value, rank) => rankOf.set(value, rank / last));
  return values.map(
    (value) => RANK_SHARE * rankOf.get(value) + (1 - RANK_SHARE) * ((value - sorted[0]) / range),
  );
}

/**
 * What the page must know of a store before it opens it: `index` (JSON) has the ids in the store's
 * order, the values of each field with their counts, and the regions of the map; `points` has for
 * each id x, y and the row of its value of each field, as 16-bit numbers.
 */
export async function makeAtlas(store) {
  const patterns = [];
  for await (const pattern of store.patterns({ withEmbedding: true })) patterns.push(pattern);
  const rowOf = new Map(patterns.map(({ id }, row) => [id, row]));
  const neighboursOf = async (row, k) => {
    const { id, embedding } = patterns[row];
    const found = await store.searchSimilar(embedding, { k: k + 1, withContent: false });
    const others = found.filter((hit) => hit.pattern.id !== id).slice(0, k);
    return others.map((hit) => ({ row: rowOf.get(hit.pattern.id), cosine: hit.score }));
  };
  const places = await layOut(patterns.length, neighboursOf);
  const xs = spread(places.map(([x]) => x));
  const ys = spread(places.map(([, y]) => y));

  const fields = FIELDS.map((name) => {
    const values = patterns.map((pattern) => pattern[name] ?? '');
    const counts = countValues(values);
    const rows = new Map(counts.map(([value], row) => [value, row]));
    return { name, counts, rows: values.map((value) => rows.get(value)) };
  });
  const points = new Uint16Array(patterns.length * (2 + FIELDS.length));
  patterns.forEach((_, row) => {
    const place = [Math.round(xs[row] * EXTENT), Math.round(ys[row] * EXTENT)];
    points.set([...place, ...fields.map((field) => field.rows[row])], row * (2 + FIELDS.length));
  });
  const { dimension } = await store.getStats();
  const index = {
    dimension,
    ids: patterns.map(({ id }) => id),
    fields: Object.fromEntries(fields.map(({ name, counts }) => [name, counts])),
    regions: findRegions(patterns.map(({ domain }, row) => ({ x: xs[row], y: ys[row], domain }))),
  };
  return { index, points };
}
