// Arithmetic with vectors of length 1.

export function dot(a, b) {
  let s = 0;
  let t = 0;
  const even = a.length & ~1;
  for (let j = 0; j < even; j += 2) {
    s += a[j] * b[j];
    t += a[j + 1] * b[j + 1];
  }
  return even < a.length ? s + t + a[even] * b[even] : s + t;
}

/** To length 1, in place. A vector without length is refused. */
export function normalised(vector) {
  const length = Math.sqrt(dot(vector, vector));
  if (!(length > 0)) throw new Error('a vector has no length');
  for (let j = 0; j < vector.length; ++j) vector[j] /= length;
  return vector;
}

const gaussian = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** A vector at about this cosine, in a direction by chance. */
export function near(vector, cosine, next) {
  const noise = Math.sqrt((1 - cosine ** 2) / vector.length);
  return normalised(vector.map((value) => cosine * value + noise * gaussian(next)));
}

/** Somewhere between two vectors. */
export const between = (a, b, part) =>
  normalised(a.map((value, j) => value + part * (b[j] - value)));

/** Keys of the `count` vectors of a Map that are nearest to this one, nearest first. */
export function nearestKeys(vectors, vector, count) {
  const keys = [...vectors.keys()];
  const cosines = Float64Array.from(vectors.values(), (other) => dot(other, vector));
  const least = Float64Array.from(cosines).sort()[Math.max(0, cosines.length - count)];
  return [...cosines.keys()]
    .filter((i) => cosines[i] >= least)
    .sort((i, j) => cosines[j] - cosines[i] || i - j)
    .slice(0, count)
    .map((i) => keys[i]);
}
