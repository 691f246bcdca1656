// Who holds a recall target and a p99 budget for longest while data, queries and load change: model-predictive
// control of ef, a proportional-integral rule, or the best fixed ef in hindsight:
//   toolchains/bootstrap bench control -- [OPTIONS]
// All arms search one native store that lives through one trace: each horizon brings inserts and
// replacements by fresh vectors; queries move to another subject, the load doubles and comes back, queries
// become harder. Recall is exact, over every query of a horizon. Latency is what a caller sees at one thread
// that searches arrive at on their own: waiting is computed from the service times measured.
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadNative } from '../../js/lib/native.js';
import { generateDataset, readDataset, Vectors } from '../js/dataset.mjs';
import { describeHost, wholeNumber } from '../js/engines.mjs';
import { indexOf } from '../js/snapshot_cache.mjs';
import { calibrate } from './calibrate.mjs';
import { CLOCKS } from './clock.mjs';
import { reportText } from './report.mjs';
import { runSeed } from './run.mjs';
import { dispersionOf, summarise } from './score.mjs';

const HELP = `Options
  --data PREFIX        of .base.f16, .query.f16 and .gt100.i32
                       (default: the set qe100k in the folder DAMASK_DATA, else generated vectors)
  --start N            vectors to begin with; the others are the fresh ones (50000, generated: 8000)
  --horizons N         (60)
  --inserted N --replaced N   changes per horizon (400, 400; generated: 60, 60)
  --searches N         per horizon before the load doubles (500)
  --samples N          of those repeated exactly for the controllers (40)
  --seeds LIST         (1,2,3,4,5)
  --recall N           target, of recall@10 (0.95)
  --busy N             part of the time that searches take before the load doubles, with the smallest ef of
                       the list that reaches the target in the beginning (0.3)
  --budget N           p99 budget, in mean searches with that ef (9)
  --ef LIST            of the fixed arms (14,20,24,28,34,40,48,56,68,80,96,113,160)
  --clock NAME         ${CLOCKS.join(', ')}: what a search takes, by the wall, of the processor, or from its
                       distances by what both took on average, which makes every run the same (wall)
  --calm               no drift and no doubled load
  --json FILE          also write everything there
Indexes are kept in build/bench-js.`;

const { values: given } = parseArgs({
  options: {
    data: { type: 'string' },
    start: { type: 'string' },
    horizons: { type: 'string', default: '60' },
    inserted: { type: 'string' },
    replaced: { type: 'string' },
    searches: { type: 'string', default: '500' },
    samples: { type: 'string', default: '40' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    recall: { type: 'string', default: '0.95' },
    busy: { type: 'string', default: '0.3' },
    budget: { type: 'string', default: '9' },
    ef: { type: 'string', default: '14,20,24,28,34,40,48,56,68,80,96,113,160' },
    clock: { type: 'string', default: 'wall' },
    calm: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const K = 10;

function decimal(option, text, above, below) {
  const value = Number(text);
  if (!(value > above && value < below))
    throw new Error(`--${option} must be a number in (${above}, ${below}), not ${text}`);
  return value;
}

function planOf(generated) {
  const whole = (option, least, most) => wholeNumber(option, given[option], least, most);
  const list = (option, least, most) =>
    given[option].split(',').map((it) => wholeNumber(option, it, least, most));
  given.start ??= generated ? '8000' : '50000';
  given.inserted ??= generated ? '60' : '400';
  given.replaced ??= given.inserted;
  if (!CLOCKS.includes(given.clock))
    throw new Error(`--clock must be one of ${CLOCKS.join(', ')}, not ${given.clock}`);
  return {
    ...{ start: whole('start', 3000), horizons: whole('horizons', 1), k: K },
    ...{ searches: whole('searches', 1), samples: whole('samples', 1) },
    changes: { inserted: whole('inserted', 0), replaced: whole('replaced', 0) },
    ...{ seeds: list('seeds', 1, 2 ** 32 - 1), efs: list('ef', K, 10_000) },
    recall: decimal('recall', given.recall, 0, 1),
    busy: decimal('busy', given.busy, 0, 1),
    budget: decimal('budget', given.budget, 0, 1e6),
    ...{ clock: given.clock, calm: given.calm },
  };
}

function datasetOf() {
  const { DAMASK_DATA } = process.env;
  const prefix = given.data ?? (DAMASK_DATA && path.join(DAMASK_DATA, 'qe100k'));
  if (prefix !== undefined) return readDataset(prefix);
  return generateDataset({ count: 16_000, queries: 400, dimension: 96, seed: 1 });
}

/** What is kept of every horizon: of the arms that are compared, in lists, as they are many. */
function keptOf({ seed, horizons, arms }, { against }) {
  const compared = new Set(['mpc', ...against.flatMap(({ chosen }) => chosen)]);
  const list = (all, figure) => all.map((it) => it[figure]);
  const lists = (all, figures) => Object.fromEntries(figures.map((it) => [it, list(all, it)]));
  return {
    ...{ seed, ...lists(horizons, ['size', 'load', 'hard', 'moved']) },
    arms: arms
      .filter(({ name }) => compared.has(name))
      .map((arm) => ({ name: arm.name, ...lists(arm.horizons, ['ef', 'recall', 'p99Us']) })),
  };
}

const rounded = (_, it) =>
  typeof it === 'number' && !Number.isInteger(it) ? Number(it.toPrecision(5)) : it;

async function main() {
  const data = await datasetOf();
  const plan = planOf(data.name.startsWith('generated'));
  const { base, queries } = data;
  const needed = plan.start + plan.horizons * (plan.changes.inserted + plan.changes.replaced);
  if (needed > base.count)
    throw new Error(`the trace takes ${needed} vectors, and ${data.name} has ${base.count}`);
  const first = new Vectors(base.dimension, base.values.subarray(0, plan.start * base.dimension));
  const settings = { dimension: base.dimension };
  const { snapshot } = await indexOf(first, settings, 'native');
  const addon = `../../js/prebuilds/${process.platform}-${process.arch}/damask.node`;
  const engine = await loadNative({ path: fileURLToPath(new URL(addon, import.meta.url)) });
  const report = {
    benchmark: 'control',
    machine: { ...describeHost(), loadBefore: os.loadavg()[0] },
    ...{
      data: {
        name: data.name,
        vectors: base.count,
        dimension: base.dimension,
        queries: queries.count,
      },
      plan,
    },
    ...{ engine: engine.info(), complete: false },
  };
  const store = engine.openStore(snapshot);
  const calibration = calibrate(store, queries, plan);
  store.dispose();
  const targets = { recall: plan.recall, p99Ms: calibration.p99Ms };
  const runs = [];
  for (const seed of plan.seeds) {
    const lived = engine.openStore(snapshot);
    runs.push(runSeed(lived, { base, queries }, plan, calibration, seed));
    lived.dispose();
    Object.assign(report, { calibration, dispersion: dispersionOf(runs, K) });
    const summary = summarise(runs, targets);
    Object.assign(report, { summary, runs: runs.map((run) => keptOf(run, summary)) });
    report.machine.loadAfter = os.loadavg()[0];
    report.complete = runs.length === plan.seeds.length;
    if (given.json) await writeFile(given.json, `${JSON.stringify(report, rounded)}\n`);
  }
  console.log(reportText(report));
}

if (given.help) console.log(HELP);
else await main();
