import type { BackendName } from '../interface.js';
import type { GraphCensus, SearchOptions, SlotSearchResult, Vector } from '../types.js';
import { hasGraph, takeCensus, tombstonesOf, weakOf } from './census.js';
import type { Clock } from './clock.js';
import type { Store } from '../store.js';
import { RollingMean, RollingShare } from './estimate.js';
import { answered, check, type Answered } from './exact.js';
import { QUESTIONS, type Question } from './measure.js';
import type { Pace } from './pace.js';
import { probe, randomSlot } from './probe.js';
import type { Random } from './random.js';
import { CHECK_SHARE, Sampler } from './sampler.js';
import type { HealthSample } from './shape.js';
import type { Reading } from './states.js';
import { Timings } from './timings.js';

/** Searches that wait to be repeated. */
const MOST_WAITING = 8;
/** Exact samples that wait for a controller. */
const MOST_MISSED = 64;
/** What checks may take at once when there were none for long, in milliseconds. */
const MOST_CREDIT_MS = 50;
/** After so many an estimate weighs half what it did: repeated searches, and probes. */
const CHECKS_HALF_LIFE = 128;
const PROBES_HALF_LIFE = 512;
/** The graph is looked at when so many of the live patterns have changed, and at least so many. */
const CENSUS_SHARE = 0.05;
const CENSUS_LEAST = 1000;

/** An exact sample as the controller of ef wants it. */
export interface Missed {
  ef: number;
  missed: number;
  trials: number;
}

/** Everything that is measured of a store while it is used. */
export class Watch {
  readonly #storeOf: () => Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #probeEf: number;
  readonly #sampler: Sampler;
  readonly #searchTimes = new Timings();
  /** Of searches that did not say how many candidates they keep. */
  readonly #usualTimes = new Timings();
  readonly #insertTimes = new Timings();
  readonly #syncTimes = new Timings();
  #recall = new RollingShare(CHECKS_HALF_LIFE);
  #misses = new RollingShare(PROBES_HALF_LIFE);
  #probed = new RollingMean(PROBES_HALF_LIFE);
  #waiting: Answered[] = [];
  /** Counts how often what waited was of a store that is no more. */
  #epoch = 0;
  #last: Question[] = [];
  #missed: Missed[] = [];
  #census: GraphCensus | undefined;
  #changesSinceCensus = 0;
  #creditMs = MOST_CREDIT_MS;
  #checkMs: RollingMean = new RollingMean(16);
  #adapted = { at: 0, searches: 0 };
  #p99Ms: number | undefined;
  /** Of the window: since the sample before. */
  #searches = 0;
  #distances = 0;
  #operations = 0;
  #begun: number | undefined;

  constructor(storeOf: () => Store, clock: Clock, random: Random, probeEf: number) {
    this.#storeOf = storeOf;
    this.#clock = clock;
    this.#random = random;
    this.#probeEf = probeEf;
    this.#sampler = new Sampler(random);
    this.#adapted.at = clock.now();
  }

  /**
   * One search of the store that `result` is of; called for each. Where `isOwnEf`, the caller gave ef:
   * what such a search misses, and how long it takes, says nothing of the store.
   */
  searched(
    ms: number,
    store: Store,
    query: Vector,
    ef: number,
    options: SearchOptions,
    result: SlotSearchResult,
    isOwnEf = false,
  ): void {
    this.#searchTimes.record(ms);
    this.#searches += 1;
    this.#distances += result.report.distanceComputations;
    this.#operate(1);
    if (isOwnEf) return;
    this.#usualTimes.record(ms);
    this.#adapted.searches += 1;
    if (result.report.exact || !this.#sampler.wants()) return;
    if (this.#waiting.length >= MOST_WAITING) return;
    const sample = answered(store, query, ef, options, result);
    if (sample !== undefined) this.#waiting.push(sample);
  }

  inserted(ms: number): void {
    this.#insertTimes.record(ms);
  }

  synced(ms: number): void {
    this.#syncTimes.record(ms);
  }

  /** @param isOfGraph false for what changes records alone */
  changed(changes: number, isOfGraph = true): void {
    if (isOfGraph) this.#changesSinceCensus += changes;
    this.#operate(changes);
  }

  /** Searches and changes since the last sample, and for how long. */
  get window(): { operations: number; ms: number } {
    const ms = this.#begun === undefined ? 0 : this.#clock.now() - this.#begun;
    return { operations: this.#operations, ms };
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The graph is another one: what was estimated of the one before says nothing of it. */
  renew(): void {
    this.dropWaiting();
    this.#recall = new RollingShare(CHECKS_HALF_LIFE);
    this.#misses = new RollingShare(PROBES_HALF_LIFE);
    this.#probed = new RollingMean(PROBES_HALF_LIFE);
    this.#missed = [];
    this.#census = undefined;
    this.#changesSinceCensus = 0;
  }

  /** The patterns are others than searches were answered from. */
  dropWaiting(): void {
    this.#waiting = [];
    this.#epoch += 1;
  }

  /** Candidates that searches keep are others now: recall is to be estimated anew. */
  renewRecall(): void {
    this.#recall = new RollingShare(CHECKS_HALF_LIFE);
  }

  /** Repeats searches exactly, as far as the time for it goes. */
  async checkWaiting(pace: Pace): Promise<void> {
    const { at, searches } = this.#adapted;
    const now = this.#clock.now();
    this.#creditMs = Math.min(MOST_CREDIT_MS, this.#creditMs + (now - at) * CHECK_SHARE);
    this.#sampler.adapt(searches, now - at, this.#checkMs.value ?? 0);
    this.#adapted = { at: now, searches: 0 };
    // Searches go on meanwhile: those that come to wait are for the next time.
    for (let left = this.#waiting.length; left > 0 && this.#creditMs > 0; --left) {
      const epoch = this.#epoch;
      const sample = this.#waiting.shift();
      if (sample === undefined) return;
      const checked = await check(sample, pace);
      this.#creditMs -= checked.busyMs;
      this.#checkMs.add(checked.busyMs);
      if (epoch !== this.#epoch || checked.trials === 0) continue;
      const { hits, trials } = checked;
      this.#recall.add(hits, trials);
      const missed = { ef: sample.ef, missed: trials - hits, trials };
      this.#missed = [...this.#missed, missed].slice(-MOST_MISSED);
      this.#last = [...this.#last, sample].slice(-QUESTIONS);
    }
  }

  /** Searches for up to so many random live patterns by their own embeddings, and for one at least. */
  probe(most: number, ms: number): void {
    const store = this.#storeOf();
    const end = performance.now() + ms;
    for (let i = 0; i < most && (i === 0 || performance.now() < end); ++i) {
      const slot = randomSlot(store, this.#random);
      const seen = slot === undefined ? undefined : probe(store, slot, this.#probeEf);
      if (seen === undefined) return;
      this.#misses.add(Number(!seen.found), 1);
      this.#probed.add(seen.distances);
    }
  }

  /** Whether so much has changed that the links are to be looked at. */
  get isCensusDue(): boolean {
    const store = this.#storeOf();
    if (!hasGraph(store)) return false;
    const wanted = Math.max(CENSUS_LEAST, store.size * CENSUS_SHARE);
    return this.#changesSinceCensus >= wanted;
  }

  /** What it has found is kept in the store for a repair only where that is said. */
  async takeCensus(pace: Pace, isForRepair = false): Promise<GraphCensus | undefined> {
    const store = this.#storeOf();
    if (!hasGraph(store)) return undefined;
    this.#changesSinceCensus = 0;
    this.#census = await takeCensus(store, pace);
    if (!isForRepair) store.cancelCensus();
    return this.#census;
  }

  /** What is known by now, but for what is expected. */
  reading(): Reading {
    const store = this.#storeOf();
    return {
      ...{ live: store.size, tombstones: tombstonesOf(store) },
      ...{ recall: this.#recall.estimate, selfMisses: this.#misses.estimate },
      distances: this.#probed.value,
      unreachable: this.#census?.unreachable,
      weak: this.#census && weakOf(this.#census),
      p99Ms: this.#p99Ms,
    };
  }

  /** Searches that were sampled last. */
  get questions(): readonly Question[] {
    return this.#last;
  }

  /** Exact samples since the last call. */
  takeMissed(): Missed[] {
    const missed = this.#missed;
    this.#missed = [];
    return missed;
  }

  /** The window as a part of a sample; a new one begins. */
  takeWindow(
    backend: BackendName,
  ): Omit<HealthSample, 'state' | 'reasons' | 'ef' | 'journalBytes'> {
    const store = this.#storeOf();
    const { count, graphBytes, codeBytes, recordBytes } = store.stats();
    const [recall, selfMisses] = [this.#recall.estimate, this.#misses.estimate];
    const { ms } = this.window;
    const searches = this.#searches;
    const distances = searches > 0 ? this.#distances / searches : undefined;
    const [searchUs, insertUs, syncUs] = [
      this.#searchTimes.take(),
      this.#insertTimes.take(),
      this.#syncTimes.take(),
    ];
    const usualUs = this.#usualTimes.take();
    this.#p99Ms = usualUs && usualUs.count >= 100 ? usualUs.p99 / 1e3 : undefined;
    this.#searches = this.#distances = this.#operations = 0;
    this.#begun = undefined;
    return {
      ...{ at: this.#clock.time(), backend, count, tombstones: tombstonesOf(store), searches },
      searchesPerSecond: ms > 0 ? (searches * 1e3) / ms : 0,
      ...(recall && { recall }),
      ...(selfMisses && { selfMisses }),
      ...(searchUs && { searchUs }),
      ...(distances !== undefined && {
        distancesPerSearch: distances,
        bytesPerSearch: distances * topPlaneBytes(store.options.dimension),
      }),
      ...(insertUs && { insertUs }),
      ...(syncUs && { syncUs }),
      ...(this.#census && { census: this.#census }),
      memory: { graph: graphBytes, codes: codeBytes, records: recordBytes },
    };
  }

  #operate(operations: number): void {
    this.#operations += operations;
    this.#begun ??= this.#clock.now();
  }
}

/** What a walk reads of a pattern for one distance: four bits of each component. */
function topPlaneBytes(dimension: number): number {
  return Math.ceil(dimension / 2);
}
