import { DisposedError } from '../errors.js';
import type { BackendName, HealthReason, StoreHealth, WorkOptions } from '../interface.js';
import { Turns } from '../pattern_store/turns.js';
import { hasGraph, tombstonesOf } from './census.js';
import { Chronicle, type Shelf } from './chronicle.js';
import { Healer, type HealerParts } from './healer.js';
import type { History } from './history.js';
import { Listeners, messageOf, safely } from './listeners.js';
import { decide, shareFor, type Decision, type Need } from './ladder.js';
import { measure, questionsFor, type Measured } from './measure.js';
import { Norm } from './norm.js';
import { atLeisure, atOnce, briskly, type Pace } from './pace.js';
import type { Healing, HealingAction, HealingKind, HealthEvent } from './shape.js';
import { either } from './signals.js';
import { faultsOf, judge, reasonsOf, standingFaults } from './states.js';
import type { Reading, ReasonCode, Standings } from './states.js';

/** From one look at what there is to do to the next, while the store is used. */
const ROUND_MS = 100;
/** Patterns that a round searches for by their own embeddings, and when it ends with that. */
const PROBES = 4;
const PROBES_MS = 0.5;
/** A sample is taken after so long, or after so many searches and changes if that is not too soon. */
const SAMPLE_MS = 5000;
const SAMPLE_OPERATIONS = 10_000;
const SOONEST_SAMPLE_MS = 1000;
/** A session leaves a last sample, unless it did next to nothing. */
const LAST_OPERATIONS = 256;
/** When so many of the patterns have changed, what did not help before may help. */
const CHANGED_SHARE = 0.05;
/** Opening a store may replay this much, or half of what it holds. */
const JOURNAL_BYTES = 16 << 20;

interface Durability {
  reasons: HealthReason[];
  state: StoreHealth['state'];
  journalBytes: number;
  /** Another one after every snapshot. */
  generation: number;
}

export interface CaretakerParts extends HealerParts {
  backend: BackendName;
  healing: Healing;
  /** Whether anything may be done to the store at all. */
  mayHeal: boolean;
  /** Whether searches are watched; and whether there are timers to look into it while nobody asks. */
  isWatching: boolean;
  hasTimers: boolean;
  history: History;
  /** Keeps the history; absent where it is kept in memory alone. */
  shelf?: Shelf | undefined;
  /** What is not well with what is written, and how much opening the store would replay. */
  durability: () => Durability;
  onHealth?: ((event: HealthEvent) => void) | undefined;
  warn: (message: string) => void;
}

/** Looks after a store: sees how it is while it is used, says so, and does what is wanted. */
export class Caretaker {
  readonly #parts: CaretakerParts;
  readonly #healer: Healer;
  readonly #chronicle: Chronicle;
  readonly #norm: Norm;
  readonly #listeners: Listeners;
  readonly #warn: (message: string) => void;
  readonly #stop = new AbortController();
  readonly #heals = new Turns();
  #standings: Standings = {};
  #state: StoreHealth['state'] = 'healthy';
  #callOff: (() => void) | undefined;
  #round: Promise<void> | undefined;
  /** What was done, or suggested, and did not end what it was for. */
  readonly #tried = new Set<HealingKind>();
  #changesSinceTried = 0;
  /** Tombstones that were taken away since the snapshot of that generation, which has them. */
  #dropped = { generation: 0, tombstones: 0 };

  constructor(parts: CaretakerParts) {
    this.#parts = parts;
    this.#healer = new Healer(parts);
    this.#norm = new Norm(parts);
    this.#warn = safely(parts.warn);
    this.#listeners = new Listeners(this.#warn);
    this.#chronicle = new Chronicle(parts.history, parts.clock, parts.shelf, this.#warn);
    if (parts.onHealth !== undefined) this.#listeners.add(parts.onHealth);
  }

  /** Something was searched or changed: there may be something to look at. */
  used(): void {
    const { isWatching, hasTimers } = this.#parts;
    if (!isWatching || !hasTimers || this.#callOff !== undefined) return;
    if (this.#round !== undefined || this.#stop.signal.aborted) return;
    this.#callOff = this.#parts.clock.after(ROUND_MS, () => {
      this.#callOff = undefined;
      this.#round = this.#look().finally(() => {
        this.#round = undefined;
        const { watch } = this.#parts;
        if (watch.window.operations > 0 || watch.hasWaiting) this.used();
      });
    });
  }

  /** @param isOfGraph false for what changes records alone */
  changed(changes: number, isOfGraph = true): void {
    if (isOfGraph) this.#changesSinceTried += changes;
    this.#parts.watch.changed(changes, isOfGraph);
    this.used();
  }

  /** The graph was built anew by who uses the store. */
  renewed(): void {
    this.#parts.history.baseline = undefined;
    this.#parts.watch.renew();
    this.#forgive(new Set());
  }

  cleared(): void {
    this.#healer.cleared();
    this.#dropped.tombstones = 0;
    this.renewed();
  }

  /** How the store is, by what is written of it and what was seen of it. */
  health(): { state: StoreHealth['state']; reasons: HealthReason[] } {
    const { state: its, reasons } = this.#parts.durability();
    const seen = reasonsOf(this.#standings);
    const isCritical = its === 'critical' || seen.some((reason) => reason.isCritical);
    const all = [...reasons, ...seen.map(({ code, message }) => ({ code, message }))];
    return {
      state: isCritical ? 'critical' : all.length > 0 ? 'degraded' : 'healthy',
      reasons: its === 'critical' ? all : [...all].sort(byGravity(seen)),
    };
  }

  onHealth(listener: (event: HealthEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Looks at everything now, and does what is wanted. */
  async heal({ signal, onProgress }: WorkOptions): Promise<HealingAction[]> {
    signal?.throwIfAborted();
    const { backend, storeOf, watch, random, steering, rebuilds, isWatching } = this.#parts;
    const both = either(this.#stop.signal, signal);
    const pace = briskly(backend, both.signal);
    let { clears } = this.#healer;
    try {
      return await this.#heals.take(async () => {
        ({ clears } = this.#healer);
        let measured: Measured | undefined;
        if (hasGraph(storeOf())) {
          await rebuilds.take(() => watch.takeCensus(pace));
          const questions = questionsFor(storeOf(), watch.questions, random);
          const asked = { questions, ef: steering.ef, probeEf: steering.asked, random };
          measured = await measure(storeOf(), asked, pace);
          await watch.checkWaiting(pace);
        }
        if (clears !== this.#healer.clears) return [];
        if (isWatching) this.#sample();
        const reading = this.#norm.expecting(
          measured ? withMeasured(watch.reading(), measured) : watch.reading(),
        );
        return this.#climb(reading, faultsOf(reading), new Set(), pace, onProgress);
      });
    } catch (cause) {
      signal?.throwIfAborted();
      if (this.#stop.signal.aborted) throw new DisposedError('the store was shut down');
      // Of what was looked at nothing is left: there is nothing to do for it.
      if (clears !== this.#healer.clears) return [];
      throw cause;
    } finally {
      both.release();
    }
  }

  /** Resolves when nothing is under way any more, and nothing will be. */
  async stop(): Promise<void> {
    this.#callOff?.();
    this.#stop.abort();
    await this.#round;
    await this.#heals.take(() => undefined);
    const { isWatching, watch } = this.#parts;
    if (isWatching && watch.window.operations >= LAST_OPERATIONS) this.#sample();
  }

  /** Writes what was seen. */
  save(): Promise<void> {
    return this.#chronicle.save();
  }

  async #look(): Promise<void> {
    const { watch, steering, storeOf, rebuilds, backend, clock } = this.#parts;
    const { signal } = this.#stop;
    const held = [rebuilds, this.#heals];
    const share = (): number =>
      steering.repairShare ?? shareFor(storeOf().size, tombstonesOf(storeOf()));
    const isBeside = !this.#heals.isFree;
    const pace = atLeisure(backend, { clock, signal, share, held, isBeside });
    try {
      if (hasGraph(storeOf())) {
        const checks = atLeisure(backend, { clock, signal, isBeside });
        atOnce(checks, () => {
          watch.probe(PROBES, PROBES_MS);
        });
        await watch.checkWaiting(checks);
        pace.spentMs = checks.spentMs;
        const { ef } = steering;
        steering.decide(storeOf().size, () => watch.takeMissed());
        if (steering.ef !== ef) watch.renewRecall();
        // Not behind a rebuild, which may take minutes.
        if (watch.isCensusDue && rebuilds.isFree) await rebuilds.take(() => watch.takeCensus(pace));
      }
      const { operations, ms } = watch.window;
      const isDue = ms >= SAMPLE_MS || (operations >= SAMPLE_OPERATIONS && ms >= SOONEST_SAMPLE_MS);
      if (isDue) this.#sample();
      this.#attend(pace);
    } catch (cause) {
      this.#warnOf(cause);
    }
  }

  readonly #warnOf = (cause: unknown): void => {
    // What was looked at may have been cleared or shut down meanwhile.
    if (this.#stop.signal.aborted || (cause as { code?: string } | null)?.code === 'INVALID_STATE')
      return;
    this.#warn(`damask could not look after a store: ${messageOf(cause)}`);
  };

  #sample(): void {
    const { watch, backend, steering, durability } = this.#parts;
    const window = watch.takeWindow(backend);
    this.#norm.keep(watch.reading());
    this.#standings = judge(this.#standings, this.#norm.expecting(watch.reading()));
    const { journalBytes } = durability();
    this.#chronicle.addSample({ ...window, ...this.health(), ef: steering.ef, journalBytes });
    this.#tellState();
  }

  /** Begins what is wanted, unless something is under way. */
  #attend(pace: Pace): void {
    const { healing, mayHeal, watch, storeOf } = this.#parts;
    if (healing === 'off' || !mayHeal || !this.#heals.isFree) return;
    if (this.#changesSinceTried > storeOf().size * CHANGED_SHARE) this.#tried.clear();
    const reading = this.#norm.expecting(watch.reading());
    const faults = standingFaults(this.#standings);
    if (decide(this.#need(reading, faults, new Set())) === undefined) this.#tried.clear();
    const decision = decide(this.#need(reading, faults, this.#tried));
    if (decision === undefined) return;
    if (healing === 'suggest') this.#suggest(decision);
    else {
      const climb = async (): Promise<unknown> => this.#climb(reading, faults, this.#tried, pace);
      Promise.resolve(this.#heals.take(climb)).catch(this.#warnOf);
    }
  }

  #suggest(decision: Decision): void {
    this.#tried.add(decision.kind);
    this.#changesSinceTried = 0;
    this.#record(this.#healer.suggestion(decision));
  }

  /** One rung after another, until nothing is wanted that was not tried. */
  async #climb(
    seen: Reading,
    its: ReadonlySet<ReasonCode>,
    tried: Set<HealingKind>,
    pace: Pace,
    onProgress?: WorkOptions['onProgress'],
  ): Promise<HealingAction[]> {
    const actions: HealingAction[] = [];
    let [reading, faults] = [seen, its];
    for (;;) {
      const decision = decide(this.#need(reading, faults, tried));
      if (decision === undefined) return actions;
      tried.add(decision.kind);
      const done = await this.#healer.perform(decision, pace, onProgress);
      this.#changesSinceTried = 0;
      actions.push(done.action);
      reading = this.#norm.expecting(this.#parts.watch.reading());
      if (done.after !== undefined) {
        if (decision.kind === 'compact') this.#drop(done.action.before.tombstones);
        this.#norm.take(done);
        reading = this.#norm.expecting(withMeasured(this.#parts.watch.reading(), done.after));
        faults = faultsOf(reading);
        this.#forgive(faults);
      }
      this.#record(done.action);
      if (done.action.outcome === 'stopped') {
        pace.signal?.throwIfAborted();
        return actions;
      }
    }
  }

  #need(reading: Reading, faults: ReadonlySet<ReasonCode>, tried: ReadonlySet<HealingKind>): Need {
    const { steering, compactStorage, durability, storeOf } = this.#parts;
    const budget = steering.targets?.p99Ms;
    const { graphBytes, codeBytes, recordBytes } = storeOf().stats();
    const { journalBytes } = durability();
    const journalLimit = Math.max(JOURNAL_BYTES, (graphBytes + codeBytes + recordBytes) / 2);
    return {
      ...{ reading, faults, tried },
      mayRaiseEf: steering.mayRaise && (reading.p99Ms ?? 0) < (budget ?? 0),
      ...(compactStorage && { journalLimit }),
      ...{ journalBytes, returning: this.#returning },
    };
  }

  #drop(tombstones: number): void {
    const { generation } = this.#parts.durability();
    this.#dropped = { generation, tombstones: this.#returning + tombstones };
  }

  get #returning(): number {
    const { generation, tombstones } = this.#dropped;
    return generation === this.#parts.durability().generation ? tombstones : 0;
  }

  /** What was wrong with the graph before says nothing of the one that is there now. */
  #forgive(faults: ReadonlySet<ReasonCode>): void {
    this.#standings = Object.fromEntries(
      Object.entries(this.#standings).filter(([code]) => faults.has(code as ReasonCode)),
    );
    this.#tellState();
  }

  #record(action: HealingAction): void {
    this.#chronicle.addAction(action);
    this.#listeners.tell({ kind: 'action', action });
  }

  #tellState(): void {
    const { state: to, reasons } = this.health();
    const from = this.#state;
    this.#state = to;
    if (from !== to) this.#listeners.tell({ kind: 'state', from, to, reasons });
  }
}

function withMeasured(reading: Reading, { figures, recall, selfMisses }: Measured): Reading {
  const { distancesPerSearch, unreachable = reading.unreachable } = figures;
  return { ...reading, recall, selfMisses, distances: distancesPerSearch, unreachable };
}

/** What is critical comes first. */
function byGravity(seen: readonly { code: string; isCritical: boolean }[]) {
  const critical = new Set(seen.filter(({ isCritical }) => isCritical).map(({ code }) => code));
  return (a: HealthReason, b: HealthReason): number =>
    Number(critical.has(b.code)) - Number(critical.has(a.code));
}
