// Vectors to search among, queries, and the rows that exact search finds for them.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Rows of `dimension` floats. */
export class Vectors {
  constructor(dimension, values) {
    Object.assign(this, {
      dimension,
      values,
      count: values.length / dimension,
    });
  }

  row(i) {
    return this.values.subarray(i * this.dimension, (i + 1) * this.dimension);
  }
}

const PARTS = ['base.f16', 'query.f16', 'gt100.i32'];
const TRUTH_PER_QUERY = 100;

/**
 * `PREFIX.base.f16`, `PREFIX.query.f16` (half floats) and `PREFIX.gt100.i32` (100 rows per query, best
 * first), all little-endian, without headers. The dimension follows from their lengths.
 */
export async function readDataset(prefix) {
  const [base, query, truth] = await Promise.all(
    PARTS.map((part) => readFile(`${prefix}.${part}`)),
  );
  const queries = truth.length / 4 / TRUTH_PER_QUERY;
  const dimension = query.length / 2 / queries;
  const rows = base.length / 2 / dimension;
  if (![queries, dimension, rows].every(Number.isSafeInteger))
    throw new Error(`the lengths of ${prefix}.{${PARTS.join(',')}} do not fit each other`);
  return {
    name: path.basename(prefix),
    base: new Vectors(dimension, halvesToFloats(base)),
    queries: new Vectors(dimension, halvesToFloats(query)),
    truth: Array.from({ length: queries }, (_, i) =>
      Array.from({ length: TRUTH_PER_QUERY }, (_, j) =>
        truth.readInt32LE(4 * (i * TRUTH_PER_QUERY + j)),
      ),
    ),
    truthSource: `${prefix}.gt100.i32`,
  };
}

/** Points around 64 centres, like embeddings of texts on as many subjects. */
export function generateDataset({ count, queries, dimension, seed }) {
  const next = random(seed);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const centres = new Vectors(dimension, Float32Array.from({ length: 64 * dimension }, gaussian));
  const around = (rows) => {
    const values = new Float32Array(rows * dimension);
    for (let i = 0; i < rows; ++i) {
      const centre = centres.row(Math.floor(next() * 64));
      for (let j = 0; j < dimension; ++j) values[i * dimension + j] = centre[j] + gaussian();
    }
    return new Vectors(dimension, values);
  };
  const base = around(count);
  const asked = around(queries);
  return {
    name: `generated, seed ${seed}`,
    base,
    queries: asked,
    truth: exactRows(base, asked, TRUTH_PER_QUERY),
    truthSource: 'exact cosines in float64, computed here',
  };
}

/** The rows of the greatest cosines, best first; ties to the smaller row. */
function exactRows(base, queries, k) {
  const inverse = Float64Array.from({ length: base.count }, (_, i) => 1 / norm(base.row(i)));
  const cosines = new Float64Array(base.count);
  return Array.from({ length: queries.count }, (_, q) => {
    const query = queries.row(q);
    for (let i = 0; i < base.count; ++i) cosines[i] = dot(base.row(i), query) * inverse[i];
    const rows = Array.from(cosines.keys()).sort((a, b) => cosines[b] - cosines[a] || a - b);
    return rows.slice(0, k);
  });
}

const norm = (row) => Math.sqrt(dot(row, row));

function dot(a, b) {
  let sum = 0;
  for (let j = 0; j < a.length; ++j) sum += a[j] * b[j];
  return sum;
}

function halvesToFloats(bytes) {
  const table = Float32Array.from({ length: 1 << 16 }, (_, bits) => halfToFloat(bits));
  const floats = new Float32Array(bytes.length / 2);
  for (let i = 0; i < floats.length; ++i) floats[i] = table[bytes.readUInt16LE(2 * i)];
  return floats;
}

function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Numbers in [0, 1): xorshift32. */
export function random(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
