/** The sizes of candidate lists that graphs are searched with. */
export const EF_VALUES = [10, 16, 24, 32, 48, 64, 96, 128, 200, 400];

/** The settings that every graph is built with, where it takes them. */
export const GRAPHS = [16, 32].map((m) => ({ name: `M=${m}`, m, efConstruction: 200 }));

/** The rows of `base`, some at a time: the first row's number and their vectors. */
export function* batches(base, size) {
  for (let first = 0; first < base.count; first += size) {
    const count = Math.min(size, base.count - first);
    yield { first, vectors: Array.from({ length: count }, (_, i) => base.row(first + i)) };
  }
}

/** A vector's bytes, for interfaces that take blobs. */
export const bytesOf = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
