// The store as programs open it, which looks after itself.
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fromSnapshot, openPatternStore } from '../../../js/lib/index.js';
import { only } from '../../js/engines.mjs';
import { Collections, longestStallMs } from '../stall.mjs';
import { viewOf } from './damask.mjs';
import { patternOf } from './damask_view.mjs';

/** The machine is watched as long as healing was busy, up to this. */
const MOST_WATCHED_MS = 1000;

export class DamaskStoreSide {
  constructor(arm, settings) {
    Object.assign(this, { side: 'damask', arm, settings });
  }

  #store;
  #view;
  #directory;
  #seen = 0;
  #longestGapMs = 0;
  #collections = new Collections();

  /** Begins with a snapshot, in a place of its own under the folder. */
  static async begin(arm, settings, folder, snapshot) {
    const side = new DamaskStoreSide(arm, settings);
    side.#directory = path.join(folder, `live-${arm}`);
    await rm(side.#directory, { recursive: true, force: true });
    side.#store = await fromSnapshot(snapshot, side.#config());
    return side;
  }

  /** Goes on with what `restart` left in a day's folder. */
  static async open(arm, settings, folder, ofDay) {
    const side = new DamaskStoreSide(arm, settings);
    side.#directory = path.join(folder, `live-${arm}`);
    await rm(side.#directory, { recursive: true, force: true });
    await cp(path.join(ofDay, arm), side.#directory, { recursive: true });
    await side.#reopen();
    return side;
  }

  #config() {
    const { backend } = this.settings;
    const durability = { policy: 'interval', ms: 1000 };
    return { ...only(backend), storagePath: this.#directory, healing: 'auto', durability };
  }

  async #reopen() {
    this.#store = await openPatternStore(this.#config());
    this.#seen = (await this.#store.healingActions()).length;
  }

  apply({ op, label, vector }) {
    return op === 'remove'
      ? this.#store.deletePattern(String(label))
      : this.#store.storePattern({ ...patternOf(label), embedding: vector });
  }

  search(query, k) {
    return this.#store.searchSimilar(query, { k, withContent: false });
  }

  labelsOf(results) {
    return results.map(({ pattern }) => Number(pattern.id));
  }

  /** Lets the store do what it does by itself while nobody asks for anything. */
  async breathe() {
    const began = performance.now();
    await nextTurn();
    this.#longestGapMs = Math.max(this.#longestGapMs, performance.now() - began);
  }

  /**
   * The store looks at itself and does what it finds due, while `between` searches again and again. The
   * longest gap of the day is the longest that the event loop was away, for whatever reason. When it
   * `isWatched`, the machine is looked at, too.
   */
  async heal(between, { isWatched }) {
    let isHealing = true;
    const healing = this.#store.heal().finally(() => {
      isHealing = false;
    });
    for (; isHealing; await between(this)) await this.breathe();
    await healing;
    const longestGapMs = this.#longestGapMs;
    this.#longestGapMs = 0;
    const actions = (await this.#store.healingActions()).slice(this.#seen);
    this.#seen += actions.length;
    const costs = actions.map(({ cost }) => cost).filter(Boolean);
    const busyMs = costs.reduce((sum, { busyMs }) => sum + busyMs, 0);
    return {
      actions: actions.map(({ kind, outcome }) =>
        outcome === 'kept' ? kind : `${kind} ${outcome}`,
      ),
      busyMs,
      longestPauseMs: Math.max(0, ...costs.map(({ longestPauseMs }) => longestPauseMs)),
      longestGapMs,
      longestCollectionMs: this.#collections.takeLongestMs(),
      ...(isWatched && { machineStallMs: longestStallMs(Math.min(busyMs, MOST_WATCHED_MS)) }),
      peakBytes: Math.max(0, ...costs.map(({ peakBytes }) => peakBytes)),
    };
  }

  /** What it holds is looked at through an engine's store of the same bytes, with the store's own ef. */
  async restart(folder) {
    const ef = await this.#ef();
    await this.#store.shutdown();
    await cp(this.#directory, path.join(folder, this.arm), { recursive: true });
    await this.#reopen();
    await this.#see(ef);
  }

  /** Candidates that the store has come to keep. */
  async #ef() {
    const history = await this.#store.healthHistory();
    return history.at(-1)?.ef ?? this.settings.ef;
  }

  async #see(ef) {
    this.#view?.store.dispose();
    this.#view = await viewOf(await this.#store.snapshot(), { ...this.settings, ef });
  }

  view() {
    return this.#view;
  }

  async look() {
    await this.#see(await this.#ef());
    return this.#view;
  }

  get repairs() {
    return true;
  }

  async close() {
    this.#view?.store.dispose();
    await this.#store.shutdown();
  }
}
