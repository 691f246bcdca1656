// Acknowledged upserts per second into a directory, by 1, 10 and 100 writers at a time, under each
// policy, beside better-sqlite3 in WAL mode on the same disk in the same run:
//   npm --prefix bench/js ci && toolchains/bootstrap bench js-journal -- [OPTIONS]
// A writer asks for its next upsert when the last one is acknowledged. Under `always` that is durable,
// and so it is with SQLite's synchronous=FULL. Under `interval` and `manual` it is in memory, and the
// last step of all is a flush; SQLite then has synchronous=NORMAL, which syncs at checkpoints alone, but
// gives its changes to the system, so that they outlive the process. SQLite does one transaction for one
// writer, and for more writers one transaction with an insert of each. It keeps the same text and the
// same embedding, as a blob, and never makes an index of the embeddings; damask makes one beyond 2048
// patterns. Each side has made its files when the time begins. The sides take turns, each with a new store
// in every round, and a side counts with the median of its rounds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backendList, describeHost, wholeNumber } from './engines.mjs';
import { damaskSide, sqliteSide } from './journal_sides.mjs';

const HELP = `Options
  --writers LIST    writers at a time (1,10,100)
  --policies LIST   (always,interval,manual)
  --upserts N       for each policy, writer count and round (2000)
  --rounds N        (3)
  --dimension N     (384)
  --backends LIST   (native,wasm-simd)
  --directory DIR   on the disk to measure (${os.tmpdir()})
  --without-sqlite  do not compare
  --json FILE       also write every figure there`;

const POLICIES = ['always', 'interval', 'manual'];

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Upserts per second of one side in a new place. */
async function measure(side, parent, settings) {
  const directory = await mkdtemp(path.join(parent, 'damask-journal-'));
  try {
    return await side.rate(directory, settings);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      writers: { type: 'string', default: '1,10,100' },
      policies: { type: 'string', default: POLICIES.join() },
      upserts: { type: 'string', default: '2000' },
      rounds: { type: 'string', default: '3' },
      dimension: { type: 'string', default: '384' },
      backends: { type: 'string', default: 'native,wasm-simd' },
      directory: { type: 'string', default: os.tmpdir() },
      'without-sqlite': { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  if (values.help) return console.log(HELP);
  const upserts = wholeNumber('upserts', values.upserts, 1);
  const dimension = wholeNumber('dimension', values.dimension, 1, 4096);
  const rounds = wholeNumber('rounds', values.rounds, 1);
  const counts = values.writers.split(',').map((it) => wholeNumber('writers', it, 1, upserts));
  const policies = values.policies.split(',');
  for (const policy of policies)
    if (!POLICIES.includes(policy))
      throw new Error(`--policies: ${policy} is none of ${POLICIES.join(', ')}`);
  const sides = backendList(values.backends).map(damaskSide);
  if (!values['without-sqlite']) sides.push(await sqliteSide());

  const rows = [];
  for (const [policy, writers] of policies.flatMap((it) => counts.map((count) => [it, count]))) {
    const rates = new Map(sides.map(({ name }) => [name, []]));
    const settings = { policy, writers, upserts, dimension };
    for (let round = 0; round < rounds; ++round)
      for (const side of sides)
        rates.get(side.name).push(await measure(side, values.directory, settings));
    for (const [side, all] of rates)
      rows.push({
        side,
        policy,
        writers,
        perSecond: Math.round(median([...all])),
        rounds: all.map(Math.round),
      });
  }
  const host = describeHost();
  console.log(`${host.processor}, ${host.cores} cores, ${host.system}, node ${host.node}`);
  console.log(
    `acknowledged upserts per second, ${upserts} of dimension ${dimension}, median of ${rounds}`,
  );
  const line = (name, cells) =>
    [name.padEnd(16), ...cells.map((it) => String(it).padStart(16))].join('');
  for (const policy of policies) {
    console.log(
      `\n${line(
        policy,
        counts.map((it) => `${it} at a time`),
      )}`,
    );
    for (const { name } of sides) {
      const own = rows.filter((row) => row.side === name && row.policy === policy);
      console.log(
        line(
          name,
          own.map(({ perSecond }) => perSecond),
        ),
      );
    }
  }
  if (values.json !== undefined)
    await writeFile(
      values.json,
      `${JSON.stringify({ host, upserts, dimension, rounds, rows }, null, 2)}\n`,
    );
}

await main();
