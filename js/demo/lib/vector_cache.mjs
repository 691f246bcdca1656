import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

const KEY_BYTES = 16;

/** The model's vectors have length 1 up to the rounding of 512 float32 squares. */
const NORM_TOLERANCE = 1e-4;

/** What an embedding is kept under: the model that made it and the text. */
export function keyOf(modelVersion, text) {
  const hash = createHash('sha256').update(modelVersion).update('\0').update(text);
  return hash.digest('hex').slice(0, 2 * KEY_BYTES);
}

function isUnit(vector) {
  let squares = 0;
  for (const component of vector) squares += component * component;
  return Math.abs(Math.sqrt(squares) - 1) < NORM_TOLERANCE;
}

/**
 * Embeddings by text, in one file of records (key, float32 vector) that only grows. A run that is
 * interrupted loses at most what it was writing: the file is cut at the first record that is torn
 * or is not a unit vector.
 */
export class VectorCache {
  #vectors = new Map();
  #file;

  /** Opens or creates the file. */
  constructor(path, modelVersion, dimension) {
    this.modelVersion = modelVersion;
    this.dimension = dimension;
    const recordBytes = KEY_BYTES + 4 * dimension;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a+');
    const bytes = readFileSync(path);
    let end = 0;
    while (end + recordBytes <= bytes.length) {
      const vector = new Float32Array(bytes.buffer, bytes.byteOffset + end + KEY_BYTES, dimension);
      if (!isUnit(vector)) break;
      this.#vectors.set(bytes.toString('hex', end, end + KEY_BYTES), vector);
      end += recordBytes;
    }
    if (end < bytes.length) ftruncateSync(this.#file, end);
  }

  has(text) {
    return this.#vectors.has(keyOf(this.modelVersion, text));
  }

  /** The embedding of a text that the cache has. */
  get(text) {
    return this.#vectors.get(keyOf(this.modelVersion, text));
  }

  /** Adds a text's embedding, and appends it to the file. */
  add(text, vector) {
    const key = keyOf(this.modelVersion, text);
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    appendFileSync(this.#file, Buffer.concat([Buffer.from(key, 'hex'), bytes]));
    this.#vectors.set(key, vector);
  }

  close() {
    closeSync(this.#file);
  }
}
