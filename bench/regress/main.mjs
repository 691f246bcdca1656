// Counts what a fixed workload does, under callgrind, and compares it with the committed baseline:
//   toolchains/bootstrap bench regress [-- --update]
// Instructions, mispredicted branches and the bytes that come from beyond a simulated cache are the same
// on any machine to well under 1%, and the distances are the same exactly. More than 3% more of an
// instruction count, of distances or of bytes fails; 3% less is told, for the baseline to be updated.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { describeHost } from '../js/engines.mjs';
import { compare, figuresOf, PHASES } from './compare.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const HELP = `Options
  --program FILE   the workload (build/native-release/bench/damask_bench_regress)
  --isa NAME       the instruction set to count: avx2 or scalar (avx2 where there is one)
  --update         make what was counted the baseline
  --json FILE      also write every figure there`;

/** Caches as large as many processors have, so that no machine's own count. */
const CACHES = ['--I1=32768,8,64', '--D1=32768,8,64', '--LL=262144,8,64'];

/** valgrind knows no AVX-512. */
async function bestInstructionSet() {
  const info = await readFile('/proc/cpuinfo', 'utf8');
  return /\bavx2\b/.test(info) ? 'avx2' : 'scalar';
}

/** Runs the workload; gives what it printed, and callgrind's totals of each phase. */
async function count(program, isa) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'damask-regress-'));
  try {
    const out = path.join(folder, 'out');
    const options = [
      ...['--tool=callgrind', '--quiet', '--cache-sim=yes', '--branch-sim=yes', ...CACHES],
      ...[`--callgrind-out-file=${out}`, '--dump-before=regress_*'],
    ];
    // An environment of its own: where the stack begins decides what shares a line of the cache.
    const env = { PATH: process.env.PATH, DAMASK_ISA: isa };
    const run = await promisify(execFile)('valgrind', [...options, program], { env }).catch(
      (error) => {
        if (error.code !== 'ENOENT') throw error;
        throw new Error(
          'valgrind is not installed: toolchains/bootstrap bench regress installs it',
        );
      },
    );
    const phases = {};
    for (const name of await readdir(folder)) {
      const text = await readFile(path.join(folder, name), 'utf8');
      const next = /^desc: Trigger: --dump-before=regress_(\w+)$/m.exec(text)?.[1];
      const phase = PHASES[[...PHASES, 'end'].indexOf(next) - 1];
      if (phase !== undefined) phases[phase] = text;
    }
    return { done: JSON.parse(run.stdout), phases };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Where nothing was counted on this kind of machine yet, distances are still what they are anywhere. */
const otherThan = (baselines) => ({
  ...Object.values(baselines)[0],
  compiler: 'of other machines',
});

function print({ phase, figure, before, now, change, verdict }) {
  const was = before === undefined ? '-' : before.toLocaleString('en');
  const by = change === undefined ? '' : `${(100 * change).toFixed(2)}%`;
  console.log(
    `${phase.padEnd(10)} ${figure.padEnd(15)} ${was.padStart(15)} ${now.toLocaleString('en').padStart(15)} ${by.padStart(9)}  ${verdict}`,
  );
}

async function main() {
  const { values } = parseArgs({
    options: {
      program: {
        type: 'string',
        default: here('../../build/native-release/bench/damask_bench_regress'),
      },
      isa: { type: 'string' },
      update: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const isa = values.isa ?? (await bestInstructionSet());
  const { done, phases } = await count(values.program, isa);
  const { compiler, distances, instructionSet, opened, ...workload } = done;
  if (instructionSet !== isa || opened !== workload.count)
    throw new Error(`the workload ran on ${instructionSet} and opened ${opened} patterns`);
  const figures = Object.fromEntries(
    PHASES.map((phase) => [phase, figuresOf(phases[phase], distances[phase])]),
  );
  const measured = { compiler, workload, phases: figures };
  const file = here('baseline.json');
  const baselines = JSON.parse(await readFile(file, 'utf8'));
  const key = `${process.arch} ${isa}`;
  const baseline = baselines[key] ?? otherThan(baselines);
  if (values.json) {
    const report = {
      ...{ benchmark: 'regress', machine: describeHost(), data: { name: 'mixture', ...workload } },
      ...{ isa, ...measured, baseline },
    };
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  console.log(`${process.arch} ${isa}, gcc ${compiler}, ${JSON.stringify(workload)}`);
  const rows = compare(baseline, measured);
  rows.forEach(print);
  if (values.update) {
    await writeFile(file, `${JSON.stringify({ ...baselines, [key]: measured }, null, 2)}\n`);
    console.log(`written to ${path.relative('.', file)}`);
  } else if (rows.some(({ verdict }) => verdict === 'MORE')) {
    console.log(
      'more work than the baseline: make it less, or say why in the commit that updates it',
    );
    process.exitCode = 1;
  }
}

await main();
