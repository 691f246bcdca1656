// Searches while something is repaired, beside the same searches of a fresh store.
import { recallOf } from './measure.mjs';
import { latenciesOf, percentile } from './statistics.mjs';

/** `fresh` has `search` as a side has, and `truth` what is nearest to each query; or neither is there. */
export class During {
  constructor({ queries, k, truth, fresh }) {
    Object.assign(this, { queries, k, truth, fresh });
  }

  #us = [];
  #freshUs = [];
  #found = [];

  #query() {
    return this.queries[this.#us.length % this.queries.length];
  }

  #add(side, began, result) {
    this.#us.push((performance.now() - began) * 1000);
    if (this.truth) this.#found.push(side.labelsOf(result));
  }

  /** One search of a side that answers at once. */
  search = (side) => {
    const query = this.#query();
    const began = performance.now();
    this.#add(side, began, side.search(query, this.k));
    if (!this.fresh) return;
    const after = performance.now();
    this.fresh.search(query, this.k);
    this.#freshUs.push((performance.now() - after) * 1000);
  };

  /** The same of one that promises to. */
  wait = async (side) => {
    const query = this.#query();
    const began = performance.now();
    this.#add(side, began, await side.search(query, this.k));
    if (!this.fresh) return;
    const after = performance.now();
    await this.fresh.search(query, this.k);
    this.#freshUs.push((performance.now() - after) * 1000);
  };

  figures() {
    const searches = this.#us.length;
    if (searches === 0) return undefined;
    const ratio = (part) => percentile(this.#us, part) / percentile(this.#freshUs, part);
    const truth = this.#found.map((_, i) => this.truth[i % this.truth.length]);
    return {
      ...{ searches, ...latenciesOf(this.#us) },
      ...(this.fresh && { p50Ratio: ratio(0.5), p99Ratio: ratio(0.99) }),
      ...(this.truth && { recall: recallOf(this.#found, truth, this.k) }),
    };
  }
}
