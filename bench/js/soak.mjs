// Opens a store in a directory, writes, searches and closes it, again and again on each backend, and
// fails when memory grows:
//   toolchains/bootstrap bench js-soak -- [OPTIONS]
// The first half of the rounds warms up: what V8 and the allocator keep is full after some thousand
// rounds. At one round a second, the 3,600 rounds of the second half are an hour's worth.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backendList, BACKENDS, describeHost, wholeNumber } from './engines.mjs';
import { growthOf, LEAST_SAMPLES } from './growth.mjs';

const KINDS = ['rss', 'heap', 'external', 'wasm'];
const HELP = `Options
  --rounds N        on each backend (7200), half of them to warm up
  --every N         rounds between two samples (60); at least ${LEAST_SAMPLES} samples
  --backends LIST   (${BACKENDS.join()})
  --tolerance PART  growth over the second half that is let pass, of the mean (0.02)
  --seed N          (1)
  --json FILE       also write every sample there`;

/** All samples of one backend, measured in a process of its own. */
async function soak(backend, { rounds, every, seed }) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-soak-'));
  try {
    const settings = JSON.stringify({ backend, directory, rounds, every, seed });
    const worker = fileURLToPath(new URL('soak_rounds.mjs', import.meta.url));
    const child = spawn(process.execPath, [worker, settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const samples = [];
    for await (const line of createInterface({ input: child.stdout }))
      samples.push(JSON.parse(line));
    const status = await ended;
    if (status !== 0) throw new Error(`${backend}: the rounds ended with status ${status}`);
    return samples;
  } finally {
    await rm(directory, { recursive: true });
  }
}

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(2).padStart(9);

/** Prints one backend's figures; whether any of them grows. */
function judge(backend, samples, seconds, tolerance) {
  const { round } = samples.at(-1);
  console.log(
    `\n${backend}: ${round} rounds in ${seconds.toFixed(0)} s, ${samples.length} samples; MiB\n` +
      '              first      mean  rise over 2nd half      last',
  );
  let grown = false;
  for (const kind of KINDS) {
    const series = samples.map((sample) => sample[kind]);
    const { mean, growth, last, grows } = growthOf(series, tolerance);
    const figures = [series[0], mean, growth, last].map(mebibytes);
    figures[2] = figures[2].padStart(19);
    console.log(`  ${kind.padEnd(9)}${figures.join(' ')}${grows ? '  GROWS' : ''}`);
    grown ||= grows;
  }
  return grown;
}

function planOf(given) {
  const tolerance = Number(given.tolerance);
  if (!(tolerance >= 0)) throw new Error(`--tolerance must be a number from 0, not ${tolerance}`);
  const every = wholeNumber('every', given.every, 1);
  return {
    ...{ every, tolerance },
    rounds: wholeNumber('rounds', given.rounds, LEAST_SAMPLES * every),
    backends: backendList(given.backends),
    seed: wholeNumber('seed', given.seed, 1, 2 ** 32 - 1),
  };
}

async function main(given) {
  const plan = planOf(given);
  const { processor, cores, system, node } = describeHost();
  console.log(
    `${processor}, ${cores} cores, ${system}, node ${node}; seed ${plan.seed}; ` +
      `growth beyond ${100 * plan.tolerance} % of the mean fails`,
  );
  const report = { host: describeHost(), plan, samples: {} };
  for (const backend of plan.backends) {
    const began = performance.now();
    const samples = await soak(backend, plan);
    report.samples[backend] = samples;
    const seconds = (performance.now() - began) / 1000;
    if (judge(backend, samples, seconds, plan.tolerance)) process.exitCode = 1;
  }
  if (given.json) await writeFile(given.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7200' },
    every: { type: 'string', default: '60' },
    backends: { type: 'string', default: BACKENDS.join() },
    tolerance: { type: 'string', default: '0.02' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.log(HELP);
else await main(values);
