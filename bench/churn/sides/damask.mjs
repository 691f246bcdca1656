// An engine's store, and what a policy does for it.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadNative } from '../../../js/lib/native.js';
import { loadWasm } from '../../../js/lib/wasm_simd.js';
import { DamaskView, patternOf } from './damask_view.mjs';
import { POLICIES } from './policies.mjs';
import { Slices, SLICE_MS } from './slices.mjs';

const LOADERS = { native: loadNative, 'wasm-simd': loadWasm };
const engines = new Map();

export async function engineOf(backend) {
  if (!engines.has(backend)) engines.set(backend, await LOADERS[backend]());
  return engines.get(backend);
}

/** A snapshot of a store that was filled with these vectors, by label, and nothing else. */
export async function filledSnapshot(
  vectors,
  { backend, dimension, m, efConstruction, ef, threads },
) {
  const engine = await engineOf(backend);
  const hnsw = { m, efConstruction, efSearch: ef };
  const store = engine.createStore({ dimension, hnsw });
  if (threads > 1) store.setBuildThreads(threads);
  for (const [label, vector] of vectors) store.upsert(patternOf(label), vector);
  const snapshot = store.save();
  store.dispose();
  return snapshot;
}

export async function viewOf(snapshot, { backend, ef }) {
  const engine = await engineOf(backend);
  return new DamaskView(engine.openStore(snapshot), ef);
}

export class DamaskSide {
  constructor(arm, settings, view) {
    Object.assign(this, { side: 'damask', arm, settings });
    this.#view = view;
  }

  #view;

  static async open(arm, settings, file) {
    const snapshot = await readFile(fileOf(arm, file));
    return new DamaskSide(arm, settings, await viewOf(snapshot, settings));
  }

  static async begin(arm, settings, snapshot) {
    return new DamaskSide(arm, settings, await viewOf(snapshot, settings));
  }

  view() {
    return this.#view;
  }

  /** As `view`, of the store as it is now. */
  look() {
    return this.#view;
  }

  get repairs() {
    return this.arm !== 'off';
  }

  apply({ op, label, vector }) {
    const { store } = this.#view;
    if (op === 'remove') store.remove(String(label));
    else store.upsert(patternOf(label), vector);
  }

  search(query, k) {
    return this.#view.find(query, k);
  }

  labelsOf(result) {
    return this.#view.labelsOf(result);
  }

  /** What the policy did, and what that took; `between` is called after every slice of it. */
  heal(between) {
    const slices = new Slices(SLICE_MS[this.settings.backend], () => between(this));
    const actions = POLICIES[this.arm](this.#view.store, slices);
    return { actions, ...slices.cost };
  }

  /** Saves into the folder, and goes on with what it reads there. */
  async restart(folder) {
    await writeFile(fileOf(this.arm, folder), this.#view.store.save());
    this.close();
    this.#view = await viewOf(await readFile(fileOf(this.arm, folder)), this.settings);
  }

  close() {
    this.#view.store.dispose();
  }
}

const fileOf = (arm, folder) => path.join(folder, `${arm}.damask`);
