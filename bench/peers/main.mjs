// damask beside its peers, each by its own JavaScript interface in a process of its own:
//   toolchains/bootstrap bench peers -- [OPTIONS]
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeHost, wholeNumber } from '../js/engines.mjs';
import { mergedRows, readReport, writeReport } from './checkpoint.mjs';
import { loadData } from './data.mjs';
import { peersOf } from './registry.mjs';
import { headLine, rowLine } from './report.mjs';
import { measureRow } from './runner.mjs';
import { damaskVersion } from './versions.mjs';

const { values: given } = parseArgs({
  options: {
    data: { type: 'string' },
    count: { type: 'string', default: '10000' },
    dimension: { type: 'string', default: '128' },
    seed: { type: 'string', default: '1' },
    queries: { type: 'string', default: '2000' },
    k: { type: 'string', short: 'k', default: '10' },
    'point-seconds': { type: 'string', default: '20' },
    'row-seconds': { type: 'string', default: '360' },
    only: { type: 'string' },
    json: { type: 'string' },
    registry: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

const HELP = `Options
  --data PREFIX        of .base.f16, .query.f16 and .gt100.i32
                       (default: the set qe100k in the folder DAMASK_DATA, else generated vectors)
  --count N --dimension N --seed N   of generated vectors (10000, 128, 1)
  --queries N          at most (2000)
  -k N                 results (10)
  --only LIST          of peers, or of single rows such as "hnswlib-node M=16"
  --list               print the rows that there are, measure nothing
  --point-seconds N    for one point of a curve: warming up, then up to three passes (20)
  --row-seconds N      for one row; then its process is ended, and the row says so (360)
  --json FILE          also write everything there, after every row; rows of the same data that are
                       there already stay, unless measured anew
  --registry MODULE    other peers than registry.mjs has (the tests bring their own)`;

function planOf() {
  return {
    k: wholeNumber('k', given.k, 1, 100),
    seconds: wholeNumber('point-seconds', given['point-seconds'], 1, 3600),
    rowSeconds: wholeNumber('row-seconds', given['row-seconds'], 1, 36_000),
  };
}

function sourceOf() {
  const queries = wholeNumber('queries', given.queries, 1);
  const { DAMASK_DATA: folder } = process.env;
  const prefix = given.data ?? (folder ? path.join(folder, 'qe100k') : undefined);
  if (prefix) return { prefix, queries };
  return {
    queries,
    count: wholeNumber('count', given.count, 100),
    dimension: wholeNumber('dimension', given.dimension, 1, 4096),
    seed: wholeNumber('seed', given.seed, 1, 2 ** 32 - 1),
  };
}

/** The rows that --only names: [adapter, variant] pairs. */
function chosenRows(peers, only) {
  const rows = peers.flatMap((peer) => peer.variants.map((variant) => [peer, variant]));
  if (only === undefined) return rows;
  const names = only.split(',').map((name) => name.trim());
  const isMeant = (name, [peer, variant]) =>
    name === peer.name || name === `${peer.name} ${variant.name}`;
  for (const name of names)
    if (!rows.some((row) => isMeant(name, row)))
      throw new Error(`--only: there is no peer "${name}": --list prints them`);
  return rows.filter((row) => names.some((name) => isMeant(name, row)));
}

async function reportFor(source, plan) {
  const { shape, queries, name, truthSource } = await loadData(source);
  const data = { name, vectors: shape.count, dimension: shape.dimension };
  return {
    benchmark: 'peers',
    damask: await damaskVersion(),
    machine: { ...describeHost(), memoryBytes: os.totalmem() },
    data: { ...data, queries: queries.length, truth: truthSource, k: plan.k },
  };
}

async function run() {
  const peers = await peersOf(given.registry);
  const rows = chosenRows(peers, given.only);
  if (given.list) {
    for (const [peer, variant] of rows) console.log(`${peer.name} ${variant.name}`);
    return;
  }
  const plan = planOf();
  const source = sourceOf();
  const report = await reportFor(source, plan);
  const older = given.json ? await readReport(given.json, report) : undefined;
  const known = chosenRows(peers).map(([peer, variant]) => ({
    peer: peer.name,
    variant: variant.name,
  }));
  const { name, vectors, dimension, queries } = report.data;
  console.log(`${name}: ${vectors} x ${dimension}, ${queries} queries, k = ${plan.k}`);
  console.log(headLine());
  const measured = [];
  for (const [peer, variant] of rows) {
    const [loadBefore] = os.loadavg();
    const row = await measureRow(peer, variant, { registry: given.registry, data: source, plan });
    measured.push({ ...row, plan, loadBefore, loadAfter: os.loadavg()[0] });
    console.log(rowLine(row));
    if (given.json)
      await writeReport(given.json, {
        ...report,
        rows: mergedRows(older?.rows ?? [], measured, known),
      });
  }
}

if (given.help) console.log(HELP);
else await run();
