// What happens on each day, and nothing of how a store takes it: the same for the same seed.
import { chanceOf, pick, shuffled } from './chance.mjs';
import { groupsOf } from './clusters.mjs';
import { between, near, nearestKeys } from './vectors.mjs';

export const DELETES = ['random', 'cluster', 'oldest'];

/** Shares of all rows that are of the subjects of before the first drift, after it, after the second. */
const SHARES = [0.6, 0.2, 0.2];
/** How many of what is stored to begin with, of what comes, and of what is asked are of the day's subjects. */
const OF_THE_DAY = { start: 0.9, fresh: 0.8, queries: 0.5 };
/** Clusters that a day's deletions are of, when whole clusters go. */
const CLUSTERS_A_DAY = 5;
/** Of ten replacements one comes with an upsert that is nearly the same as another pattern. */
const PER_NEAR_DUPLICATE = 10;
/** How many near-duplicates one pattern gets on a day. */
const DUPLICATES_OF_ONE = 10;
const DUPLICATE_COSINE = 0.995;
const GENERATED_COSINE = 0.98;

/** Of more than a call may have arguments. */
const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);

/**
 * `rows` and `queries` are Vectors, `clusters` and `queryClusters` say of which cluster each is. `drift`
 * are the two days from which on other subjects come.
 */
export class Trace {
  constructor({ rows, clusters, queries, queryClusters, start, rate, deletes, seed, drift }) {
    Object.assign(this, { rows, clusters, queries, queryClusters, rate, deletes, seed, drift });
    this.day = 0;
    /** Vectors by label, oldest first: what a store is to hold. */
    this.live = new Map();
    /** The first day on which no real vectors were left of some subject. */
    this.generatedFrom = undefined;
    this.#next = chanceOf('trace', seed, rate, deletes);
    const count = 1 + Math.max(largest(clusters), largest(queryClusters));
    this.groups = groupsOf(clusters, count, SHARES, chanceOf('groups', seed));
    this.#begin(start);
  }

  #next;
  #pools;
  #members = new Map();
  #label = 0;

  /** The subjects of a day. */
  phaseOf(day) {
    return this.drift.filter((from) => day >= from).length;
  }

  /** Who is stored to begin with depends on the seed alone, so that one index serves all rates. */
  #begin(start) {
    const { rows, clusters, groups } = this;
    if (start > rows.count) throw new Error(`there are ${rows.count} rows, fewer than ${start}`);
    const next = chanceOf('start', this.seed);
    this.#pools = SHARES.map(() => []);
    for (let row = 0; row < rows.count; ++row) this.#pools[groups[clusters[row]]].push(row);
    for (const pool of this.#pools) shuffled(pool, next);
    for (let row = 0; row < rows.count; ++row) {
      const list = this.#members.get(clusters[row]) ?? [];
      this.#members.set(clusters[row], list);
      list.push(row);
    }
    while (this.live.size < start) {
      const row = this.#fromPool(0, OF_THE_DAY.start, next);
      this.live.set(this.#label++, rows.row(row));
    }
  }

  /** A row that was never stored, of this phase's group as often as `share`; undefined when its turn
   * comes and it has none left. */
  #fromPool(phase, share, next) {
    const others = this.#pools.filter((pool, group) => group !== phase && pool.length > 0);
    const isOther = next() >= share && others.length > 0;
    const left = isOther ? others[pick(next, others.length)] : this.#pools[phase];
    if (left.length > 0 || this.day > 0) return left.pop();
    return others[pick(next, others.length)].pop();
  }

  /** A fresh vector: a real one, or one between two real ones of the same cluster. */
  #fresh() {
    const phase = this.phaseOf(this.day);
    const row = this.#fromPool(phase, OF_THE_DAY.fresh, this.#next);
    if (row !== undefined) return this.rows.row(row);
    this.generatedFrom ??= this.day;
    const next = this.#next;
    const clusters = [...this.#members.keys()].filter((it) => this.groups[it] === phase);
    const sizes = clusters.map((cluster) => this.#members.get(cluster).length);
    let at = pick(
      next,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    const cluster = clusters[sizes.findIndex((size) => (at -= size) < 0)];
    const members = this.#members.get(cluster);
    const [a, b] = [0, 0].map(() => this.rows.row(members[pick(next, members.length)]));
    return near(between(a, b, 0.1 + 0.3 * next()), GENERATED_COSINE, next);
  }

  /** The labels that go today, in their order. */
  #leaving(count) {
    if (this.deletes === 'oldest') return [...this.live.keys()].slice(0, count);
    if (this.deletes === 'random')
      return shuffled([...this.live.keys()], this.#next).slice(0, count);
    const left = new Map(this.live);
    const leaving = [];
    while (leaving.length < count) {
      const labels = [...left.keys()];
      const centre = left.get(labels[pick(this.#next, labels.length)]);
      const size = Math.min(Math.ceil(count / CLUSTERS_A_DAY), count - leaving.length);
      for (const label of nearestKeys(left, centre, size)) {
        leaving.push(label);
        left.delete(label);
      }
    }
    return leaving;
  }

  /**
   * The next day's changes, in their order: `{ op: 'remove', label }`, `{ op: 'insert', label, vector }`
   * and `{ op: 'upsert', label, vector }`, which replaces. Afterwards `live` is as it is that evening.
   */
  nextDay() {
    ++this.day;
    const count = Math.round((this.live.size * this.rate) / 100);
    const leaving = this.#leaving(count);
    const going = new Set(leaving);
    const staying = [...this.live.keys()].filter((label) => !going.has(label));
    shuffled(staying, this.#next);
    const duplicates = Math.floor(count / PER_NEAR_DUPLICATE);
    const hot = staying.splice(0, Math.ceil(duplicates / DUPLICATES_OF_ONE));
    const ops = [];
    leaving.forEach((label, i) => {
      ops.push({ op: 'remove', label });
      ops.push({ op: 'insert', label: this.#label++, vector: this.#fresh() });
      const done = Math.floor(i / PER_NEAR_DUPLICATE);
      if (i % PER_NEAR_DUPLICATE < PER_NEAR_DUPLICATE - 1 || staying.length === 0) return;
      const like = this.live.get(hot[done % hot.length]);
      const vector = near(like, DUPLICATE_COSINE, this.#next);
      ops.push({ op: 'upsert', label: staying.pop(), vector });
    });
    for (const { op, label, vector } of ops)
      if (op === 'remove') this.live.delete(label);
      else this.live.set(label, vector);
    return ops;
  }

  /** Rows of the queries that are asked on a day; each once. */
  asked(day, count) {
    const next = chanceOf('asked', this.seed, day);
    const phase = this.phaseOf(day);
    const all = shuffled([...this.queryClusters.keys()], next);
    const isOfTheDay = (query) => this.groups[this.queryClusters[query]] === phase;
    const ofTheDay = all.filter(isOfTheDay).slice(0, Math.ceil(count * OF_THE_DAY.queries));
    const taken = new Set(ofTheDay);
    const rest = all.filter((query) => !taken.has(query));
    return shuffled([...ofTheDay, ...rest].slice(0, count), next);
  }
}
