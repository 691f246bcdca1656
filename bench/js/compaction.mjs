// How long writes and searches take while a large store is compacted, and how long it takes to open:
//   toolchains/bootstrap bench js-compaction -- [OPTIONS]
// A store of generated embeddings is put into a directory; a process for each backend opens it, searches
// at once, and then writes one pattern after another, each durable before the next and followed by a
// search: first for some seconds as it is, and then from the moment at which a compaction begins until it is
// over, as often as that takes for as many writes. Opening reads files that the system has in memory.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { fromSnapshot } from '../../js/lib/index.js';
import { generateDataset } from './dataset.mjs';
import { backendList, describeHost, only, wholeNumber } from './engines.mjs';
import { indexOf } from './snapshot_cache.mjs';

const HELP = `Options
  --count N         patterns (110000)
  --dimension N     (384)
  --writes N        at least so many with a compaction under way, and as many without (1000)
  --backends LIST   (native,wasm-simd)
  --directory DIR   on the disk to measure (${os.tmpdir()})
  --seed N          of the embeddings (1)
  --json FILE       also write every figure there`;

const run = promisify(execFile);
const child = fileURLToPath(new URL('compaction_run.mjs', import.meta.url));

/** A directory with a store of that many patterns, of which the index is built natively and kept. */
async function makeStore(directory, { count, dimension, seed }) {
  const { base } = generateDataset({ count, queries: 1, dimension, seed });
  const { snapshot, buildSeconds } = await indexOf(base, { dimension }, 'native');
  if (buildSeconds !== undefined)
    console.log(`the index was built in ${buildSeconds.toFixed(0)} s`);
  const storagePath = path.join(directory, 'store');
  const store = await fromSnapshot(snapshot, { ...only('native'), storagePath });
  await store.shutdown();
  return { storagePath, snapshotBytes: snapshot.byteLength };
}

function print(backend, { openMs, firstSearchMs, compactions, phases }) {
  console.log(
    `\n${backend}: opened in ${openMs.toFixed(0)} ms, first search after it ${firstSearchMs.toFixed(2)} ms; ` +
      `${compactions} compactions`,
  );
  console.log(`  ${'ms'.padEnd(34)}${['p50', 'p99', 'max'].map((it) => it.padStart(9)).join('')}`);
  for (const { name, kind, count, p50, p99, max } of phases) {
    const label = `${kind}, ${name} (${count})`.padEnd(34);
    console.log(`  ${label}${[p50, p99, max].map((it) => it.toFixed(2).padStart(9)).join('')}`);
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      count: { type: 'string', default: '110000' },
      dimension: { type: 'string', default: '384' },
      writes: { type: 'string', default: '1000' },
      backends: { type: 'string', default: 'native,wasm-simd' },
      directory: { type: 'string', default: os.tmpdir() },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  });
  if (values.help) return console.log(HELP);
  const count = wholeNumber('count', values.count, 1);
  const dimension = wholeNumber('dimension', values.dimension, 1, 4096);
  const writes = wholeNumber('writes', values.writes, 1);
  const seed = wholeNumber('seed', values.seed, 0, 0xffffffff);
  const backends = backendList(values.backends);
  const directory = await mkdtemp(path.join(values.directory, 'damask-compaction-'));
  try {
    const { storagePath, snapshotBytes } = await makeStore(directory, { count, dimension, seed });
    const host = describeHost();
    console.log(`${host.processor}, ${host.cores} cores, ${host.system}, node ${host.node}`);
    console.log(
      `${count} generated patterns of dimension ${dimension} (seed ${seed}), ` +
        `a snapshot of ${(snapshotBytes / 2 ** 20).toFixed(0)} MiB`,
    );
    const rows = [];
    for (const backend of backends) {
      const own = path.join(directory, backend);
      await cp(storagePath, own, { recursive: true });
      const settings = JSON.stringify({ backend, storagePath: own, dimension, writes, seed });
      const { stdout } = await run(process.execPath, [child, settings]);
      rows.push({ backend, ...JSON.parse(stdout) });
      print(backend, rows.at(-1));
      await rm(own, { recursive: true });
    }
    if (values.json !== undefined) {
      const report = { host, count, dimension, seed, snapshotBytes, rows };
      await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

await main();
