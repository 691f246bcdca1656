// damask against itself: native at each instruction set, WebAssembly with and without SIMD, in Node, Deno,
// Bun, Chromium and Firefox:
//   toolchains/bootstrap bench targets -- [OPTIONS]
// Every target opens the same snapshot and is asked the same queries through searchSimilar, one after the
// other, each awaited; all must give the same answers, which a hash over ids and scores tells. A round runs
// every target once, in a process of its own; a target counts with the median of its rounds. Browsers'
// clocks are coarse: p50 is the median over blocks of 20 searches of their mean, on every target.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startBun, startDeno, versionOf } from '../../tests/runtimes/lib/processes.mjs';
import { generateDataset, readDataset } from '../js/dataset.mjs';
import { describeHost, wholeNumber } from '../js/engines.mjs';
import { indexOf } from '../js/snapshot_cache.mjs';
import { measureInBrowser } from './browsers.mjs';
import { recallOf, summarise, tableOf } from './summary.mjs';

const HELP = `Options
  --data PREFIX    of .base.f16, .query.f16 and .gt100.i32
                   (default: the set qe10k in the folder DAMASK_DATA, else generated vectors)
  --only LIST      targets, by their names or the beginnings of those
  --queries N      at most (1000)
  --ef N -k N      (32, 10)
  --rounds N --passes N   (3, 3)
  --json FILE      also write every figure there, after every round`;

const INSTRUCTION_SETS = {
  x64: ['avx512-vnni', 'avx2', 'scalar'],
  arm64: ['neon-dotprod', 'neon', 'scalar'],
};
const WASM = ['wasm-simd', 'wasm-scalar'];
const PROGRAMS = { node: () => [process.execPath], deno: startDeno, bun: startBun };

/** A name, and how to run it. The first is what the others are compared with. */
function allTargets() {
  const native = INSTRUCTION_SETS[process.arch].map((isa) => ({
    ...{ name: `node native ${isa}`, runtime: 'node', backend: 'native', isa },
  }));
  const others = ['deno', 'bun'].map((runtime) => ({
    ...{ name: `${runtime} native`, runtime, backend: 'native' },
  }));
  const wasm = ['node', 'deno', 'bun', 'chromium', 'firefox'].flatMap((runtime) =>
    WASM.map((backend) => ({ name: `${runtime} ${backend}`, runtime, backend })),
  );
  return [...native, ...others, ...wasm];
}

async function measureInProcess({ runtime, isa }, settings) {
  const [program, ...start] = PROGRAMS[runtime]();
  const { DAMASK_ISA, ...env } = process.env;
  const script = fileURLToPath(new URL('process.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(
    program,
    [...start, script, JSON.stringify(settings)],
    {
      env: isa === undefined ? env : { ...env, DAMASK_ISA: isa },
      ...{ timeout: 600_000, maxBuffer: 1 << 28 },
    },
  );
  return { version: await versionOf(program), ...JSON.parse(stdout) };
}

/** One run of one target, or the reason why there is none. */
async function runOf(target, settings) {
  const given = { ...settings, backend: target.backend };
  try {
    if (target.runtime in PROGRAMS) return await measureInProcess(target, given);
    return await measureInBrowser(target.runtime, given);
  } catch (error) {
    const said = String(error.stderr || error.message).replace(/\u001b\[\d*m/g, '');
    return { error: /\w*Error: .*/.exec(said)?.[0] ?? said.trim().split('\n')[0] };
  }
}

async function datasetOf(values, most) {
  const prefix =
    values.data ?? (process.env.DAMASK_DATA && path.join(process.env.DAMASK_DATA, 'qe10k'));
  if (prefix) return readDataset(prefix);
  return generateDataset({ count: 10_000, queries: most, dimension: 384, seed: 1 });
}

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      only: { type: 'string' },
      queries: { type: 'string', default: '1000' },
      ef: { type: 'string', default: '32' },
      k: { type: 'string', short: 'k', default: '10' },
      rounds: { type: 'string', default: '3' },
      passes: { type: 'string', default: '3' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const k = wholeNumber('k', values.k, 1, 100);
  const ef = wholeNumber('ef', values.ef, k, 10_000);
  const rounds = wholeNumber('rounds', values.rounds, 1);
  const passes = wholeNumber('passes', values.passes, 1);
  const most = wholeNumber('queries', values.queries, 20);
  const only = values.only?.split(',');
  const targets = allTargets().filter(
    ({ name }) => only?.some((it) => name.startsWith(it)) ?? true,
  );
  if (targets.length === 0) throw new Error(`--only: none of ${allTargets().map((it) => it.name)}`);

  const data = await datasetOf(values, most);
  const { dimension } = data.base;
  const count = Math.min(most, data.queries.count);
  const folder = fileURLToPath(new URL('../../build/targets', import.meta.url));
  await mkdir(folder, { recursive: true });
  const files = { snapshot: path.join(folder, 'snapshot'), queries: path.join(folder, 'queries') };
  const { snapshot } = await indexOf(data.base, { dimension }, 'native');
  await writeFile(files.snapshot, snapshot);
  await writeFile(
    files.queries,
    new Uint8Array(data.queries.values.slice(0, count * dimension).buffer),
  );

  const machine = { ...describeHost(), loadBefore: os.loadavg()[0] };
  const runs = new Map(targets.map(({ name }) => [name, []]));
  let rows;
  for (let round = 0; round < rounds; ++round) {
    for (const target of round % 2 ? [...targets].reverse() : targets) {
      const found = await runOf(target, { ...files, dimension, ef, k, passes });
      if (found.ids) found.recall = recallOf(found.ids, data.truth, k);
      delete found.ids;
      runs.get(target.name).push(found);
      console.error(
        `round ${round + 1}: ${target.name}: ${found.error ?? `${found.p50Us.toFixed(1)} us`}`,
      );
    }
    rows = summarise(targets, runs);
    const report = {
      ...{ benchmark: 'targets', machine: { ...machine, loadAfter: os.loadavg()[0] } },
      data: {
        name: data.name,
        vectors: data.base.count,
        dimension,
        queries: count,
        truth: data.truthSource,
      },
      ...{ k, ef, passes, rounds: round + 1, complete: round + 1 === rounds, rows },
    };
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.system}`);
  console.log(
    `${data.name}: ${data.base.count} vectors of ${dimension} dimensions, ${count} queries, k ${k}, ef ${ef}`,
  );
  console.log(tableOf(rows));
  if (rows.some(({ error, sameAnswers }) => error !== undefined || !sameAnswers))
    process.exitCode = 1;
}

await main();
