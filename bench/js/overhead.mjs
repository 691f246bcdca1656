// What a search from JavaScript takes beyond the same search in C++:
//   toolchains/bootstrap bench js-overhead -- [--build DIR] [--json FILE]
// Both sides are in this process, open the same snapshot anew in every round and
// take turns with every query, so that both meet the same machine; a query counts with the shortest
// of its times. With --json every query's times are also written there.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadNative } from '../../js/lib/native.js';
import { describeHost } from './engines.mjs';

const COUNT = 10_000;
const DIMENSION = 512;
const QUERIES = 200;
const ROUNDS = 60;
const SEED = 2024;

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: given } = parseArgs({
  options: {
    build: { type: 'string', default: path.join(root, 'build/native-release') },
    json: { type: 'string' },
  },
});
const build = path.resolve(given.build);

/** Floats in [-1, 1): xorshift32. */
function random(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 0x80000000;
  };
}

/** Points around 64 centres, like embeddings of texts on as many subjects. */
function vectors(count) {
  const next = random(SEED);
  const row = () => Float32Array.from({ length: DIMENSION }, next);
  const centres = Array.from({ length: 64 }, row);
  return Array.from({ length: count }, (_, i) =>
    row().map((value, j) => 0.5 * value + centres[i % 64][j]),
  );
}

const engine = await loadNative({ path: path.join(build, 'native/addon/damask.node') });
const { Timer } = createRequire(import.meta.url)(path.join(build, 'bench/damask_bench_overhead.node'));

const all = vectors(COUNT + QUERIES);
const queries = all.slice(COUNT);
const built = engine.createStore({ dimension: DIMENSION, hnsw: { m: 16, efConstruction: 100 } });
all.slice(0, COUNT).forEach((vector, i) => {
  built.upsert({ id: `pattern-${i}`, type: 'unit', domain: 'bench', content: '' }, vector);
});
const snapshot = built.save();
built.dispose();

/** Nanoseconds of one search from JavaScript. */
function timed(store, method, query) {
  const start = performance.now();
  store[method](query);
  return (performance.now() - start) * 1e6;
}

const methods = ['search', 'searchSlots'];
const best = Object.fromEntries(
  methods.map((method) => [method, queries.map(() => ({ cpp: Infinity, js: Infinity }))]),
);
for (let round = 0; round < ROUNDS; ++round) {
  const timer = new Timer(snapshot);
  const store = engine.openStore(snapshot);
  const sides = {
    cpp: (method, query) => timer[method](query),
    js: (method, query) => timed(store, method, query),
  };
  const turns = round % 2 ? ['cpp', 'js'] : ['js', 'cpp'];
  for (const method of methods)
    queries.forEach((query, i) => {
      const times = best[method][i];
      for (const side of turns) times[side] = Math.min(times[side], sides[side](method, query));
    });
  store.dispose();
}

const { instructionSet } = engine.info();
const host = { ...describeHost(), instructionSet, load: os.loadavg()[0] };
const mean = (times, side) => times.reduce((sum, it) => sum + it[side], 0) / times.length / 1000;
console.log(
  `${COUNT} x ${DIMENSION} generated vectors (seed ${SEED}), k 10, ${QUERIES} queries, ` +
    `the shortest of ${ROUNDS} times each, mean over the queries`,
);
console.log(
  `${host.processor}, ${instructionSet}, node ${host.node}, ` +
    `load ${host.load.toFixed(1)} on ${host.cores} cores`,
);
console.log('microseconds      C++       JS  beyond C++');
const rows = methods.map((method) => {
  const [cppUs, jsUs] = ['cpp', 'js'].map((side) => mean(best[method], side));
  return { method, cppUs, jsUs, beyondUs: jsUs - cppUs, queriesNs: best[method] };
});
for (const { method, cppUs, jsUs, beyondUs } of rows)
  console.log(
    method.padEnd(12),
    ...[cppUs, jsUs, beyondUs].map((it) => it.toFixed(2).padStart(8)),
  );
if (given.json !== undefined) {
  const plan = { count: COUNT, dimension: DIMENSION, queries: QUERIES, rounds: ROUNDS, seed: SEED };
  await writeFile(given.json, `${JSON.stringify({ benchmark: 'js-overhead', host, plan, rows }, undefined, 2)}\n`);
}
