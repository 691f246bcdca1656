// One case: a seed, a rate and an order of deletions; day after day, all sides with the same changes.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { begun, freshOf, reopened } from './contenders.mjs';
import { chanceOf, pick } from './chance.mjs';
import { During } from './during.mjs';
import { figuresOf, scanned } from './measure.mjs';
import { latenciesOf, mean, percentile } from './statistics.mjs';
import { degradationOf } from './summary.mjs';
import { Trace } from './trace.mjs';

/** Queries of a day whose truth is looked at by another hand. */
const CHECKED = 20;

export const caseName = ({ seed, rate, deletes }) => `${seed}-${rate}-${deletes}`;

export class Case {
  constructor({ key, source, plan, arms, state }) {
    Object.assign(this, { key, plan, source, arms, k: plan.k });
    const { dimension } = source.rows;
    const { backend, threads, efConstruction } = plan;
    this.settings = {
      damask: { backend, threads, dimension, efConstruction, m: plan.m, ef: plan.ef },
      hnswlib: { dimension, efConstruction, m: plan.hnswlibM, ef: plan.hnswlibEf },
    };
    this.folder = path.join(state, caseName(key));
    this.initial = path.join(state, `initial-${key.seed}`);
    this.trace = new Trace({ ...source, ...key, start: plan.start, drift: plan.drift });
  }

  #sides;

  #folderOf = (day) => path.join(this.folder, `day-${day}`);

  /** Day 0: everything stored, nothing changed. */
  async begin() {
    await rm(this.folder, { recursive: true, force: true });
    const { initial, folder } = this;
    await mkdir(folder, { recursive: true });
    this.#sides = await begun(this.arms, this.trace.live, this.settings, { initial, folder });
    return this.#evening(
      [],
      this.#sides.map(() => ({})),
    );
  }

  /** Goes on after the days that were measured. */
  async resume(days) {
    for (let day = 1; day < days.length; ++day) this.trace.nextDay();
    const { folder, settings, arms } = this;
    const ofDay = this.#folderOf(this.trace.day);
    this.#sides = await reopened(arms, settings, { folder, ofDay, rows: days.at(-1).sides });
  }

  /** The next day, as it is reported. */
  async nextDay() {
    const ops = this.trace.nextDay();
    const queries = this.#queries();
    const changed = [];
    for (const side of this.#sides) changed.push(await this.#change(side, ops, queries));
    return this.#evening(ops, changed);
  }

  /** What the days before have left is needed no more. */
  async forget() {
    await rm(this.#folderOf(this.trace.day - 1), { recursive: true, force: true });
  }

  async close({ remove }) {
    for (const side of this.#sides ?? []) await side.close();
    if (remove) await rm(this.folder, { recursive: true, force: true });
  }

  #queries() {
    const { queries } = this.source;
    return this.trace.asked(this.trace.day, this.plan.queries).map((row) => queries.row(row));
  }

  /** Searches for each change: twice as many from some day on. */
  get #load() {
    const { searchesPerChange, double } = this.plan;
    return searchesPerChange * (this.trace.day >= double ? 2 : 1);
  }

  async #change(side, ops, queries) {
    const times = { changes: [], searches: [] };
    const timed = async (into, work) => {
      const began = performance.now();
      const result = work();
      if (result instanceof Promise) await result;
      into.push((performance.now() - began) * 1000);
    };
    let asked = 0;
    for (const op of ops) {
      await timed(times.changes, () => side.apply(op));
      for (let i = 0; i < this.#load; ++i)
        await timed(times.searches, () => side.search(queries[asked++ % queries.length], this.k));
      await side.breathe?.();
    }
    const most = (us) => ({ ...latenciesOf(us), maxUs: us.length ? percentile(us, 1) : undefined });
    return { changes: most(times.changes), searches: most(times.searches) };
  }

  async #evening(ops, changed) {
    const { plan, trace, k } = this;
    const isCompared = trace.day % plan.compareEvery === 0 || trace.day === plan.days;
    const folder = this.#folderOf(trace.day);
    await mkdir(folder, { recursive: true });
    const base = trace.day === 0 ? this.initial : path.join(folder, 'fresh');
    const fresh = isCompared
      ? await freshOf(this.arms, trace.live, this.settings, base)
      : undefined;
    const queries = this.#queries();
    const truth = fresh && truthOf(fresh.damask, queries, k);
    const before = await this.#before(queries, truth, fresh);
    const healed = [];
    for (const side of this.#sides) healed.push(await heal(side, { queries, k, truth, fresh }));
    for (const side of this.#sides) await side.restart(folder);
    const sides = this.#measured(queries, truth, fresh);
    fresh?.damask.store.dispose();
    await fresh?.store?.shutdown();
    return {
      ...{ day: trace.day, changes: ops.length, live: trace.live.size, compared: isCompared },
      ...(truth && { truthAgreement: agreement(trace.live, queries, truth, k) }),
      ...(trace.generatedFrom && { generatedFrom: trace.generatedFrom }),
      fresh: sides.splice(this.#sides.length),
      sides: sides.map((row, i) => ({ ...row, ...changed[i], ...healed[i], before: before[i] })),
    };
  }

  /** How much worse than the rebuild each side is before the evening's repair; of those that repair. */
  async #before(queries, truth, fresh) {
    if (!fresh || this.trace.day === 0) return [];
    const views = [];
    for (const side of this.#sides) if (side.repairs) views.push(await side.look());
    const asked = { queries, truth, own: this.#own(), k: this.k, passes: this.plan.passes };
    const rows = figuresOf([...views, fresh.damask], asked);
    const freshRow = { ...rows.pop(), side: 'damask' };
    return this.#sides.map(({ repairs, side }) =>
      repairs ? degradationOf({ ...rows.shift(), side }, [freshRow]) : undefined,
    );
  }

  /** Rows of figures of the sides, and of the fresh stores after them. */
  #measured(queries, known, fresh) {
    const names = this.#sides.map(({ side, arm }) => ({ side, arm }));
    const views = this.#sides.map((side) => side.view());
    for (const side of ['damask', 'hnswlib'])
      if (fresh?.[side]) {
        views.push(fresh[side]);
        names.push({ side, arm: 'fresh' });
      }
    const truth = known ?? truthOf(smallest(views), queries, this.k, this.trace.live);
    const own = this.#own();
    const passes = fresh ? this.plan.passes : 0;
    const rows = figuresOf(views, { queries, truth, own, k: this.k, passes });
    return rows.map((row, i) => ({ ...names[i], ...row }));
  }

  /** Some of what is stored, to be searched for by itself. */
  #own() {
    const { live, day } = this.trace;
    const next = chanceOf('own', this.key.seed, day);
    const entries = [...live];
    return Array.from({ length: this.plan.own }, () => entries[pick(next, entries.length)]);
  }
}

/** damask's exact search of any store of the day finds the same: of the one with the fewest nodes. */
function smallest(views) {
  const slots = (view) => view.store.stats().slots;
  return views.filter((view) => view.exact).sort((a, b) => slots(a) - slots(b))[0];
}

/** Labels of the k nearest to each query; by a scan here where there is no view that can. */
const truthOf = (view, queries, k, live) =>
  queries.map((query) => (view ? view.labelsOf(view.exact(query, k)) : scanned(live, query, k)));

/** What part of the truth a scan in double precision finds too. */
function agreement(live, queries, truth, k) {
  const shares = queries.slice(0, CHECKED).map((query, q) => {
    const wanted = new Set(scanned(live, query, k));
    return truth[q].filter((label) => wanted.has(label)).length / k;
  });
  return mean(shares);
}

async function heal(side, { queries, k, truth, fresh }) {
  const isStore = side.arm === 'on';
  const beside = fresh && (isStore ? stored(fresh.store) : searched(fresh[side.side]));
  const during = new During({ queries, k, truth, fresh: beside });
  const between = isStore ? during.wait : during.search;
  const repair = await side.heal(between, { isWatched: fresh !== undefined });
  return { repair, during: during.figures() };
}

const searched = (view) => ({ search: (query, k) => view.find(view.prepare(query), k) });
const stored = (store) => ({
  search: (query, k) => store.searchSimilar(query, { k, withContent: false }),
});
