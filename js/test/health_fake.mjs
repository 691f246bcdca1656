import { Caretaker } from '../lib/health/caretaker.js';
import { History } from '../lib/health/history.js';
import { randomOf } from '../lib/health/random.js';
import { Steering } from '../lib/health/steering.js';
import { Watch } from '../lib/health/watch.js';
import { Turns } from '../lib/pattern_store/turns.js';

/** A clock that a test moves on. */
export class FakeClock {
  #now = 0;
  #last = 0;
  #timers = new Map();

  now = () => this.#now;
  time = () => 1_700_000_000_000 + this.#now;

  after = (ms, work) => {
    const id = ++this.#last;
    this.#timers.set(id, { at: this.#now + ms, work });
    return () => this.#timers.delete(id);
  };

  get waiting() {
    return this.#timers.size;
  }

  /** Runs what is due on the way, and lets what that began go on. */
  async advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      await breathe();
      const due = [...this.#timers].filter(([, { at }]) => at <= end);
      if (due.length === 0) break;
      const [id, { at, work }] = due.reduce((a, b) => (b[1].at < a[1].at ? b : a));
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      work();
    }
    this.#now = end;
  }
}

const breathe = () => new Promise((resolve) => setImmediate(resolve));

/**
 * What a store's health looks at, to be set by a test: slot i scores 1 - i / 10^6 in every search, and a
 * walk misses a share of the true results, whole queries of them.
 */
export class FakeStore {
  count = 10_000;
  tombstones = 0;
  missed = 0;
  selfMissed = 0;
  distances = 800;
  unreachable = 0;
  weak = 0;
  sequence = 0;
  disposed = false;
  stagedCount = 0;
  calls = [];
  /** What each kind of mending does. */
  relinked = () => {
    this.tombstones = this.missed = this.unreachable = this.selfMissed = 0;
    this.distances = 800;
  };
  compacted = () => {
    this.tombstones = 0;
  };
  repaired = () => {
    this.unreachable = 0;
  };
  #searches = 0;
  #left = 0;
  #kind;
  options = { dimension: 8, hnsw: { efSearch: 100 } };

  get size() {
    return this.count;
  }

  stats() {
    const { count, tombstones, sequence } = this;
    const bytes = { graphBytes: 1000 + tombstones, codeBytes: 100, recordBytes: 10 };
    return { count, slots: count + tombstones, sequence, maxLevel: 2, ...bytes };
  }

  nextSlot(from) {
    return from < this.count ? from : undefined;
  }

  embeddingAt(slot) {
    return Float32Array.of(slot, 1, 0, 0, 0, 0, 0, 0);
  }

  searchSlots(query, { k = 10, exact = false, slotRange = [0, this.count] } = {}) {
    const [from, to] = slotRange;
    const own = query[1] === 1 ? query[0] : undefined;
    const report = { plan: 'scan', exact: true, distanceComputations: to - from };
    if (exact) return answer(from, to, k, own >= from && own < to ? own : undefined, report);
    // Every so many queries are answered wrongly, so that the share is met exactly.
    const before = Math.floor(this.#searches * this.missed);
    this.#searches += 1;
    const isOff = Math.floor(this.#searches * this.missed) > before;
    const walk = { plan: 'graph', exact: false, distanceComputations: this.distances };
    return answer(isOff ? k + 1 : 0, to, k, this.#isLost(own) ? undefined : own, walk);
  }

  #isLost(slot) {
    return (slot * 7919) % 1000 < this.selfMissed * 1000;
  }

  beginRebuild(kind = 'relink') {
    this.calls.push(kind);
    this.#kind = kind;
    this.#left = 3;
  }

  get rebuildProgress() {
    return this.#kind && { done: 3 - this.#left, total: 3, prepared: true };
  }

  stepRebuild() {
    return --this.#left <= 0;
  }

  finishRebuild() {
    if (this.#kind === 'relink') this.relinked();
    else this.compacted();
    this.#kind = undefined;
  }

  cancelRebuild() {
    this.#kind = undefined;
  }

  beginCensus() {
    this.calls.push('census');
  }

  stepCensus() {
    const lowInDegrees = [0, this.weak, 0, 0, 0, 0, 0, 0];
    const { count: live, tombstones, unreachable } = this;
    return { live, tombstones, unreachable, lowInDegrees, links: 1, linksToTombstones: 0 };
  }

  stepRepair() {
    if (this.calls.at(-1) !== 'repair') this.calls.push('repair');
    this.repaired();
    return undefined;
  }

  cancelCensus() {}
}

/** A pattern is the best result of a search for its own embedding. */
function answer(from, to, k, own, report) {
  const best = Array.from({ length: Math.min(k + 1, to - from) }, (_, i) => from + i);
  const others = best.filter((slot) => slot !== own);
  const slots = Uint32Array.from((own === undefined ? others : [own, ...others]).slice(0, k));
  const scores = Float32Array.from(slots, (slot) => (slot === own ? 2 : 1 - slot / 1e6));
  return { slots, scores, report };
}

/** A caretaker of a fake store, and all that is around it. */
export function look(fields = {}, { targets, kind, efSearch } = {}) {
  const clock = new FakeClock();
  const store = new FakeStore();
  const storeOf = () => store;
  const random = randomOf(7);
  const steering = new Steering(clock, { storeEf: 100, efSearch, targets, kind });
  const watch = new Watch(storeOf, clock, random, steering.asked);
  const history = fields.history ?? new History();
  const events = [];
  const warnings = [];
  const durability = { state: 'healthy', reasons: [], journalBytes: 0, generation: 1 };
  const caretaker = new Caretaker({
    ...{ storeOf, rebuilds: new Turns(), clock, random, steering, watch, backend: 'native' },
    ...{ healing: 'auto', mayHeal: true, isWatching: true, hasTimers: true, history },
    durability: () => durability,
    onHealth: (event) => events.push(event),
    warn: (message) => warnings.push(message),
    ...fields,
  });
  const next = randomOf(9);
  const search = (count = 1, ms = 0.05, isOwnEf = false) => {
    for (let i = 0; i < count; ++i) {
      const query = Float32Array.from({ length: 8 }, () => next() - 2);
      const result = store.searchSlots(query);
      watch.searched(ms, store, query, steering.ef, { k: 10 }, result, isOwnEf);
      if (!isOwnEf) steering.searched(ms);
      caretaker.used();
    }
  };
  /** Seconds of use, ten searches each. */
  const use = async (seconds) => {
    for (let i = 0; i < seconds; ++i) {
      search(10);
      await clock.advance(1000);
    }
  };
  return {
    clock,
    store,
    steering,
    watch,
    history,
    events,
    warnings,
    durability,
    caretaker,
    search,
    use,
  };
}
