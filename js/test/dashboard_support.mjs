// A store that says what a test wants it to say, and remembers what it was asked to do.
import { InvalidArgumentError, ReadOnlyError } from '../lib/index.js';
import { startDashboard } from '../lib/dashboard/index.js';
import { random } from './support.mjs';

/** Long enough that only what a test does is looked at. */
const SELDOM = 3_600_000;

const interval = (value, width, trials) => ({
  ...{ value, low: Math.max(0, value - width), high: Math.min(1, value + width), trials },
});

/** A sample with everything in it, of a store that is `wear` worn: 0 as built, 1 badly. */
export function sample(at, wear, next = random(7)) {
  const noise = () => 1 + next() * 0.06;
  const p50 = 38 * (1 + wear) * noise();
  const tombstones = Math.round(4000 * wear);
  return {
    ...{ at, backend: 'native', state: 'healthy', reasons: [], count: 12_000, tombstones },
    ...{ ef: 100, searches: 5400, searchesPerSecond: 180 * noise() },
    recall: interval(0.991 - 0.06 * wear, 0.004 + 0.004 * wear, 412),
    selfMisses: interval(0.01 * wear, 0.002, 200),
    searchUs: { count: 5400, p50, p95: p50 * 2.1, p99: p50 * 3.4, max: p50 * 9 },
    distancesPerSearch: 1450 * (1 + 0.4 * wear),
    bytesPerSearch: 556_800 * (1 + 0.4 * wear),
    insertUs: { count: 90, p50: 210, p95: 450, p99: 2100, max: 4000 },
    syncUs: { count: 90, p50: 900, p95: 1900, p99: 4200, max: 9000 },
    census: {
      ...{ live: 12_000, tombstones, unreachable: Math.round(14 * wear), links: 620_000 },
      lowInDegrees: [0, 3, 9, 21, 44, 80, 131, 190].map((it) => Math.round(it * (0.3 + wear))),
      linksToTombstones: Math.round(90_000 * wear),
    },
    memory: { graph: 4_100_000, codes: 9_300_000, records: 3_800_000 },
    journalBytes: Math.round(90_000 * (1 + wear)),
  };
}

export const action = (at, fields = {}) => ({
  ...{ kind: 'compact', at, because: 'a third of all nodes are deleted', outcome: 'kept' },
  before: { recall: 0.951, unreachable: 11, tombstones: 4000, memoryBytes: 17_200_000, ef: 100 },
  after: { recall: 0.99, unreachable: 0, tombstones: 0, memoryBytes: 14_100_000, ef: 100 },
  cost: { busyMs: 812, longestPauseMs: 0.9, peakBytes: 4_300_000 },
  ...fields,
});

const stats = (fields) => ({
  ...{ count: 12_000, slots: 12_150, dimension: 384, metric: 'cosine', precision: 'fixed16' },
  ...{ implementation: 'native', indexType: 'hnsw', memoryUsage: 17_200_000, searches: 0 },
  ...{ sequence: 15_300, generation: 4, pendingChanges: 0, pendingBytes: 0 },
  recovered: { changes: 0, tornBytes: 0 },
  ...fields,
});

const DURABILITY = {
  ...{ policy: 'always', pendingChanges: 0, pendingBytes: 0, generation: 4 },
  ...{ journalBytes: 91_000, compacting: false },
};

/** A store whose fields tests change, with the methods that a dashboard uses. */
export class FakeStore {
  asked = [];
  patterns = new Map();
  history = [];
  actions = [];
  stats = {};
  health_ = { state: 'healthy', reasons: [] };
  writer = true;
  storage = 'directory';
  broken = undefined;
  #listeners = new Set();

  async refresh() {
    if (this.broken) throw this.broken;
    return { changes: 0, sequence: 0, generation: 0, reopened: false };
  }
  async getStats() {
    return stats(this.stats);
  }
  async health() {
    return { ...this.health_, writer: this.writer, durability: DURABILITY };
  }
  async healthHistory() {
    return [...this.history];
  }
  async healingActions() {
    return [...this.actions];
  }
  getImplementationInfo() {
    return {
      ...{ type: 'native', version: '0.1.0', features: [], instructionSet: 'avx2' },
      ...{ target: 'x86_64', buildThreads: 1, runtime: 'node', storage: this.storage },
      passedOver: [],
    };
  }
  onHealth(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  get listeners() {
    return this.#listeners.size;
  }
  tell(event) {
    for (const listener of this.#listeners) listener(event);
  }
  async searchWithReport(query, options) {
    this.asked.push(['search', query, options]);
    if (!Array.isArray(query)) throw new InvalidArgumentError('query must be an array');
    const results = [{ pattern: { id: 'a', embedding: Float32Array.of(1, 0.5) }, score: 0.5 }];
    return { results, report: { plan: 'scan', exact: true, distanceComputations: 1 } };
  }
  async storePattern(pattern) {
    if (!this.writer) throw new ReadOnlyError('the store was opened with readOnly: true');
    this.asked.push(['store', pattern]);
    this.patterns.set(pattern.id, { ...pattern, embedding: Float32Array.from(pattern.embedding) });
  }
  async getPattern(id) {
    return this.patterns.get(id) ?? null;
  }
  async deletePattern(id) {
    this.asked.push(['delete', id]);
    return this.patterns.delete(id);
  }
  async optimize() {
    this.asked.push(['optimize']);
  }
  async heal() {
    this.asked.push(['heal']);
    const done = action(this.actions.length + 1);
    this.actions.push(done);
    return [done];
  }
}

export const TOKEN = 'a-token-for-tests-0123';

/** A dashboard of a store, closed with the test. */
export async function serve(t, store, options = {}) {
  const dashboard = await startDashboard(store, { token: TOKEN, intervalMs: SELDOM, ...options });
  t.after(() => dashboard.close());
  return dashboard;
}
