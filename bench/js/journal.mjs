// Acknowledged upserts per second into a directory, by 1, 10 and 100 writers at a time, beside
// better-sqlite3 with equal durability (WAL, synchronous=FULL) on the same disk in the same run:
//   npm --prefix bench/js ci && toolchains/bootstrap bench js-journal -- [OPTIONS]
// A writer asks for its next upsert when the last one is durable. SQLite does one transaction for one
// writer, and for more writers one transaction with an insert of each. It keeps the same text and the
// same embedding, as a blob, and makes no index of the embeddings; damask does. The sides take turns,
// each with a new store in every round, and a side counts with the median of its rounds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backendList, describeHost, wholeNumber } from './engines.mjs';
import { damaskSide, sqliteSide } from './journal_sides.mjs';

const HELP = `Options
  --writers LIST    writers at a time (1,10,100)
  --upserts N       for each writer count and round (1000)
  --rounds N        (3)
  --dimension N     (384)
  --backends LIST   (native,wasm-simd)
  --directory DIR   on the disk to measure (${os.tmpdir()})
  --without-sqlite  do not compare
  --json FILE       also write every figure there`;

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
      upserts: { type: 'string', default: '1000' },
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
  const sides = backendList(values.backends).map(damaskSide);
  if (!values['without-sqlite']) sides.push(await sqliteSide());

  const rows = [];
  for (const writers of counts) {
    const rates = new Map(sides.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; ++round)
      for (const side of sides)
        rates
          .get(side.name)
          .push(await measure(side, values.directory, { writers, upserts, dimension }));
    for (const [side, all] of rates)
      rows.push({
        side,
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
  console.log(['side'.padEnd(16), ...counts.map((it) => `${it} at a time`.padStart(16))].join(''));
  for (const { name } of sides) {
    const figures = rows.filter(({ side }) => side === name).map(({ perSecond }) => perSecond);
    console.log([name.padEnd(16), ...figures.map((it) => String(it).padStart(16))].join(''));
  }
  if (values.json !== undefined)
    await writeFile(
      values.json,
      `${JSON.stringify({ host, upserts, dimension, rounds, rows }, null, 2)}\n`,
    );
}

await main();
