// hnswlib-node, whose indexes forget in two ways: with `markDelete` a deleted node stays, with
// `replaceDeleted` the next new one takes its place. Neither repairs anything.
import { stat } from 'node:fs/promises';
import path from 'node:path';

export const HNSWLIB_ARMS = ['markDelete', 'replaceDeleted'];

const SEED = 100;
/** An index that is full grows by this part of itself. */
const GROWTH = 0.1;

/** Only a run that has this side needs the package. */
async function newIndex(dimension) {
  const { default: hnswlib } = await import('hnswlib-node');
  return new hnswlib.HierarchicalNSW('ip', dimension);
}

const plain = (vector) => Array.from(vector);

/** Writes an index of these vectors, by label, and nothing else. */
export async function writeFilled(vectors, { dimension, m, efConstruction }, file) {
  const index = await newIndex(dimension);
  index.initIndex({ maxElements: vectors.size, m, efConstruction, randomSeed: SEED });
  for (const [label, vector] of vectors) index.addPoint(plain(vector), label);
  index.writeIndexSync(file);
}

export class HnswlibSide {
  constructor(arm, settings) {
    Object.assign(this, { side: 'hnswlib', arm, settings });
  }

  #index;
  #deleted = 0;
  #fileBytes;

  static async open(arm, settings, file, deleted = 0) {
    const side = new HnswlibSide(arm, settings);
    await side.#read(file);
    side.#deleted = deleted;
    return side;
  }

  async #read(file) {
    this.#index = await newIndex(this.settings.dimension);
    this.#index.readIndexSync(file, this.#replaces);
    this.#index.setEf(this.settings.ef);
    this.#fileBytes = (await stat(file)).size;
  }

  get #replaces() {
    return this.arm === 'replaceDeleted';
  }

  view() {
    return this;
  }

  apply({ op, label, vector }) {
    if (op === 'remove') {
      this.#index.markDelete(label);
      ++this.#deleted;
      return;
    }
    // To replace a deleted node is for new labels: one that is there is updated in place.
    const takesPlace = this.#replaces && op === 'insert' && this.#deleted > 0;
    const size = this.#index.getMaxElements();
    if (!takesPlace && this.#index.getCurrentCount() === size)
      this.#index.resizeIndex(Math.ceil(size * (1 + GROWTH)));
    this.#index.addPoint(plain(vector), label, takesPlace);
    if (takesPlace) --this.#deleted;
  }

  prepare(vector) {
    return plain(vector);
  }

  find(query, k) {
    return this.#index.searchKnn(query, k);
  }

  search(query, k) {
    return this.find(plain(query), k);
  }

  labelsOf({ neighbors }) {
    return neighbors;
  }

  distancesOf() {
    return undefined;
  }

  /** Its bytes are those of its file: the index tells none. */
  figures() {
    const tombstones = this.#deleted;
    const count = this.#index.getCurrentCount() - tombstones;
    return { count, tombstones, ef: this.settings.ef, memoryBytes: this.#fileBytes };
  }

  heal() {
    return { actions: [] };
  }

  async restart(folder) {
    const file = path.join(folder, `${this.arm}.hnswlib`);
    this.#index.writeIndexSync(file);
    await this.#read(file);
  }

  close() {}
}
