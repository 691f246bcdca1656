// Searches per second and latency through the public API, with recall, for each backend:
//   toolchains/bootstrap bench js-search -- [OPTIONS]
// One thread, one search after the other, each awaited. Recall@k is against exact search. The backends
// take turns with every pass, and must give the same results. "cpu us" is what a search took of the
// processor, garbage collection included: where "per s" is far from it, others had the machine.
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fromSnapshot } from '../../js/lib/index.js';
import { generateDataset, readDataset, Vectors } from './dataset.mjs';
import { backendList, BACKENDS, describeHost, only, wholeNumber } from './engines.mjs';
import { searchReport } from './search_report.mjs';
import { indexOf } from './snapshot_cache.mjs';

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', multiple: true },
    count: { type: 'string', default: '10000' },
    dimension: { type: 'string', default: '384' },
    seed: { type: 'string', default: '1' },
    queries: { type: 'string', default: '2000' },
    backends: { type: 'string', default: BACKENDS.join() },
    ef: { type: 'string', default: '10,16,24,32,48,64,100,160' },
    k: { type: 'string', short: 'k', default: '10' },
    m: { type: 'string', default: '32' },
    'ef-construction': { type: 'string', default: '200' },
    passes: { type: 'string', default: '3' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const HELP = `Options
  --data PREFIX        of .base.f16, .query.f16 and .gt100.i32; may come more than once
                       (default: the set qe10k in the folder DAMASK_DATA, else generated vectors)
  --count N --dimension N --seed N   of generated vectors (10000, 384, 1)
  --queries N          at most (2000)
  --backends LIST      (${BACKENDS.join()})
  --ef LIST            candidates kept while searching, at least k
  -k N                 results (10)
  --m N --ef-construction N          of the graph (32, 200)
  --passes N           timed passes, after one to warm up (3)
  --json FILE          also write everything there
Indexes are kept in build/bench-js.`;

function planOf() {
  const k = wholeNumber('k', given.k, 1, 100);
  return {
    k,
    efs: given.ef.split(',').map((ef) => wholeNumber('ef', ef, k, 10_000)),
    passes: wholeNumber('passes', given.passes, 1),
    backends: backendList(given.backends),
    hnsw: {
      m: wholeNumber('m', given.m, 4, 128),
      efConstruction: wholeNumber('ef-construction', given['ef-construction'], 4, 4096),
    },
  };
}

/** The data sets that the options name, each read when its turn comes. */
function* datasets() {
  const prefixes =
    given.data ??
    (process.env.DAMASK_DATA ? [path.join(process.env.DAMASK_DATA, 'qe10k')] : undefined);
  const most = wholeNumber('queries', given.queries, 1);
  if (prefixes) for (const prefix of prefixes) yield readDataset(prefix).then(limited(most));
  else
    yield generateDataset({
      count: wholeNumber('count', given.count, 100),
      queries: most,
      dimension: wholeNumber('dimension', given.dimension, 1, 4096),
      seed: wholeNumber('seed', given.seed, 1, 2 ** 32 - 1),
    });
}

const limited = (most) => (data) => ({
  ...data,
  queries: new Vectors(
    data.queries.dimension,
    data.queries.values.subarray(0, most * data.queries.dimension),
  ),
});

/** One pass over all queries; `latencies`, in microseconds, are appended. */
async function pass(store, queries, options, latencies) {
  const results = [];
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  for (let i = 0; i < queries.count; ++i) {
    const query = queries.row(i);
    const start = performance.now();
    results.push(await store.searchSimilar(query, options));
    latencies.push((performance.now() - start) * 1000);
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { results, seconds, cpuUs: user + system };
}

/** The part of the true k that was found. */
function recallOf(results, truth, k) {
  let found = 0;
  results.forEach((hits, q) => {
    const rows = new Set(truth[q].slice(0, k));
    found += hits.filter(({ pattern }) => rows.has(Number(pattern.id))).length;
  });
  return found / (results.length * k);
}

const answerOf = (results) =>
  JSON.stringify(results.map((hits) => hits.map(({ pattern, score }) => [pattern.id, score])));

/** One ef on every backend, in turns. */
async function measure(stores, data, plan, ef) {
  const options = { k: plan.k, ef };
  const runs = [];
  for (const [backend, store] of stores) {
    const { results } = await pass(store, data.queries, options, []);
    const recall = recallOf(results, data.truth, plan.k);
    const answer = answerOf(results);
    runs.push({ backend, store, recall, answer, latencies: [], seconds: 0, cpuUs: 0 });
    if (runs[0].answer !== answer)
      throw new Error(`${backend} and ${runs[0].backend} differ at ef ${ef}: that is a bug`);
  }
  for (let turn = 0; turn < plan.passes; ++turn)
    for (const run of turn % 2 ? runs : [...runs].reverse()) {
      const { seconds, cpuUs } = await pass(run.store, data.queries, options, run.latencies);
      run.seconds += seconds;
      run.cpuUs += cpuUs;
    }
  return runs.map(({ backend, recall, latencies, seconds, cpuUs }) => {
    const sorted = Float64Array.from(latencies).sort();
    const at = (part) => sorted[Math.floor(part * (sorted.length - 1))];
    const perSearch = { p50Us: at(0.5), p99Us: at(0.99), cpuUs: cpuUs / sorted.length };
    return { backend, ef, recall, perSecond: sorted.length / seconds, ...perSearch };
  });
}

async function measureAll(data, plan) {
  const settings = { dimension: data.base.dimension, hnsw: plan.hnsw };
  const { snapshot, buildSeconds } = await indexOf(data.base, settings, plan.backends[0]);
  const stores = new Map();
  for (const backend of plan.backends)
    stores.set(backend, await fromSnapshot(snapshot, { ...only(backend), enableMetrics: false }));
  const loadBefore = os.loadavg()[0];
  const points = [];
  for (const ef of plan.efs) points.push(...(await measure(stores, data, plan, ef)));
  const engines = [...stores].map(([backend, store]) => {
    const { instructionSet, version } = store.getImplementationInfo();
    return { backend, instructionSet, version };
  });
  for (const store of stores.values()) await store.shutdown();
  return {
    ...{
      name: data.name,
      vectors: data.base.count,
      dimension: data.base.dimension,
    },
    ...{
      queries: data.queries.count,
      truthSource: data.truthSource,
      buildSeconds,
    },
    ...{ loadBefore, loadAfter: os.loadavg()[0], engines, points },
  };
}

if (given.help) console.log(HELP);
else {
  const plan = planOf();
  const report = { host: describeHost(), plan, sets: [] };
  for (const pending of datasets()) {
    report.sets.push(await measureAll(await pending, plan));
    console.log(searchReport(report, report.sets.at(-1)));
  }
  if (given.json) await writeFile(given.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
