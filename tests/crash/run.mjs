// Kills writers at random moments, the package's on each engine and the damask command in turn, and
// looks what another engine finds: tests/crash/run.mjs [KILLS].
// Every acknowledged change must be there, no batch in part, and the store must open.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openPatternStore } from '../../js/lib/index.js';
import { killedCommand } from './command.mjs';
import { embeddingOf, random } from './workload.mjs';

const kills = Number(process.argv[2] ?? 200);
const seed = Number(process.env.DAMASK_SEED ?? 1);
const dimension = 16;
const hnsw = { m: 8, efConstruction: 24 };
const writers = ['native', 'wasm-simd', 'command'];
const readers = { native: 'wasm-simd', 'wasm-simd': 'native', command: 'native' };
const longestMs = 120;
const next = random(seed);
const killedByWriter = Object.fromEntries(writers.map((writer) => [writer, 0]));
const totals = {
  kills: 0,
  killed: killedByWriter,
  acknowledged: 0,
  inFlight: 0,
  lost: 0,
  halfVisible: 0,
  unopenable: 0,
};

/** Runs a writer for some time, kills it, and gives what it said. */
async function killed(config, writerSeed) {
  const writer = new URL('writer.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [writer, JSON.stringify(config), String(writerSeed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const ended = new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  child.stdout.on('data', (chunk) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), next() * longestMs);
    said += chunk;
  });
  const end = await ended;
  if (end !== 'SIGKILL') throw new Error(`the writer ended by itself: ${end}`);
  const whole = said.slice(0, said.lastIndexOf('\n') + 1);
  return whole
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .slice(1);
}

const sameVector = (a, b) => a.every((x, i) => x === b[i]);

/** What must hold of a store after all that was acknowledged since it was made. */
async function check(store, expected, deleted) {
  for (const [id, version] of expected) {
    const pattern = await store.getPattern(id);
    const right =
      pattern?.content === `${id} ${version}` &&
      sameVector(pattern.embedding, embeddingOf(id, version, dimension));
    if (!right) ++totals.lost;
  }
  for (const id of deleted) if ((await store.getPattern(id)) !== null) ++totals.lost;
  const batches = new Map();
  let found = 0;
  for await (const { id } of store.patterns()) {
    ++found;
    const [run, writer, number, part] = id.split('-');
    if (part === undefined) continue;
    const batch = `${run}-${writer}-${number}`;
    batches.set(batch, (batches.get(batch) ?? 0) + 1);
  }
  for (const members of batches.values()) if (members !== 5) ++totals.halfVisible;
  totals.inFlight += found - expected.size;
}

const folder = await mkdtemp(path.join(tmpdir(), 'damask-crash-'));
console.log(`seed ${seed}, ${kills} kills, at most ${longestMs} ms after the store was opened`);
let expected = new Map();
let deleted = new Set();
let storagePath = '';
for (let round = 0; round < kills; ++round) {
  // Now and then a new store; otherwise each run goes on with what the kills before have left.
  if (round % 10 === 0) {
    storagePath = path.join(folder, String(round));
    expected = new Map();
    deleted = new Set();
  }
  const writer = writers[round % writers.length];
  const config = { dimension, hnsw, precision: 'float32', storagePath, fallback: false };
  const writerSeed = seed * 100_000 + round;
  const said =
    writer === 'command'
      ? await killedCommand(config, writerSeed, next() * longestMs)
      : await killed({ ...config, preferredBackend: writer }, writerSeed);
  for (const { stored, version, deleted: id } of said) {
    if (id !== undefined) deleted.add(id);
    else for (const it of stored) expected.set(it, version);
  }
  ++totals.kills;
  ++totals.killed[writer];
  totals.acknowledged += said.length;
  try {
    const store = await openPatternStore({
      ...config,
      preferredBackend: readers[writer],
      ...{ configFile: false, env: {} },
    });
    await check(store, expected, deleted);
    // What a write in flight has left counts as there from now on.
    for await (const { id, content } of store.patterns())
      expected.set(id, Number(content.split(' ')[1]));
    await store.shutdown();
  } catch (error) {
    ++totals.unopenable;
    console.error(error);
  }
}
await rm(folder, { recursive: true });
console.log(totals);
process.exitCode = totals.lost + totals.halfVisible + totals.unopenable > 0 ? 1 : 0;
