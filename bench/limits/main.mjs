// Where the time of a search goes: times, and under callgrind what the processor does for it.
//   toolchains/bootstrap bench limits -- --data PREFIX --json FILE
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { wholeNumber } from '../js/engines.mjs';
import { figuresOf } from '../regress/compare.mjs';

const PROGRAM = fileURLToPath(
  new URL('../../build/native-release/bench/damask_bench_limits', import.meta.url),
);
const HELP = `Options
  --data PREFIX     of .base.f16, .query.f16 and .gt100.i32 (default: generated vectors)
  --count N         of generated vectors (20000)
  --ef LIST         points to take apart (26,100)
  --queries N       at most (2000); callgrind is asked a tenth of them
  --json FILE       write everything there, after every point`;

/** The first and second level of many a processor. */
const CACHES = ['--I1=32768,8,64', '--D1=32768,8,64', '--LL=1048576,16,64'];
const run = promisify(execFile);

async function counted(args, queries, folder) {
  const out = path.join(folder, 'callgrind');
  const options = [
    ...['--tool=callgrind', '--quiet', '--cache-sim=yes', '--branch-sim=yes', ...CACHES],
    ...[`--callgrind-out-file=${out}`, '--toggle-collect=limits_search'],
  ];
  const asked = [...args, '--counted', '--queries', String(queries)];
  // valgrind knows no AVX-512.
  const env = { PATH: process.env.PATH, DAMASK_ISA: 'avx2' };
  const { stdout } = await run('valgrind', [...options, PROGRAM, ...asked], { env });
  const { instructionSet } = JSON.parse(stdout);
  const totals = Object.entries(figuresOf(await readFile(out, 'utf8')));
  const each = totals.map(([name, total]) => [name, total / queries]);
  return { instructionSet, queries, ...Object.fromEntries(each) };
}

async function pointOf(ef, given, folder) {
  const args = ['--snapshot', path.join(folder, 'store'), '--ef', String(ef)];
  if (given.data) args.push('--data', given.data);
  else args.push('--count', given.count);
  const timed = await run(PROGRAM, [...args, '--queries', given.queries]);
  const { machine, data, m, ...point } = JSON.parse(timed.stdout);
  const few = Math.max(1, Math.floor(data.queries / 10));
  return { machine, data, m, point: { ...point, counted: await counted(args, few, folder) } };
}

function print({ ef, recall, distances, counted, ...times }) {
  const us = (name) => `${times[name].toFixed(1)} us`;
  console.log(`ef ${ef}: recall ${recall.toFixed(4)}, ${distances.toFixed(0)} distances`);
  console.log(`  p50, each query once in turn         ${us('p50Us')}`);
  console.log(`  p50, each query again at once        ${us('againP50Us')}`);
  console.log(`  as many rows read, in batches        ${us('readInBatchesP50Us')}`);
  console.log(`  as many rows read, all known ahead   ${us('readAtOnceP50Us')}`);
  const { instructions, mispredicted, bytesFromL2, bytesFromMemory } = counted;
  console.log(
    `  a query (${counted.instructionSet}): ${instructions.toFixed(0)} instructions, ` +
      `${mispredicted.toFixed(0)} mispredicted branches, ${bytesFromL2.toFixed(0)} bytes from ` +
      `beyond 32 KiB, ${bytesFromMemory.toFixed(0)} from beyond 1 MiB`,
  );
}

const { values: given } = parseArgs({
  options: {
    data: { type: 'string' },
    count: { type: 'string', default: '20000' },
    ef: { type: 'string', default: '26,100' },
    queries: { type: 'string', default: '2000' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

async function main() {
  if (given.help) return console.log(HELP);
  wholeNumber('count', given.count, 1000);
  wholeNumber('queries', given.queries, 10, 100_000);
  const list = given.ef.split(',').map((ef) => wholeNumber('ef', ef, 10, 10_000));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'damask-limits-'));
  try {
    const points = [];
    for (const ef of list) {
      const { point, ...head } = await pointOf(ef, given, folder);
      points.push(point);
      print(point);
      const report = { benchmark: 'limits', ...head, points };
      if (given.json) await writeFile(given.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
