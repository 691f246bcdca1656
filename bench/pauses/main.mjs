// How long healing keeps searches waiting at once, beside what the machine does to a loop of nothing:
//   toolchains/bootstrap bench pauses -- [OPTIONS]
// Some of a store's patterns are removed; then the package's own healing looks at the links, compacts the
// store, looks again, repairs, measures, and makes a snapshot; and once more, all of it by `heal()`. After each slice of that a loop which does nothing runs for as long as a slice
// may take: what goes beyond that there, is not the slices' doing, but the machine's, or that of the thread
// which gives memory back. Every round does the same work: what is in the work is in all of them, the best
// one too.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repair, takeCensus } from '../../js/lib/health/census.js';
import { measure, questionsFor } from '../../js/lib/health/measure.js';
import { fromSnapshot } from '../../js/lib/index.js';
import { FrozenSnapshot } from '../../js/lib/pattern_store/frozen.js';
import { rebuild } from '../../js/lib/pattern_store/long_work.js';
import { chanceOf } from '../churn/chance.mjs';
import { engineOf } from '../churn/sides/damask.mjs';
import { SLICE_MS } from '../churn/sides/slices.mjs';
import { generateDataset, readDataset } from '../js/dataset.mjs';
import { describeHost, only, wholeNumber } from '../js/engines.mjs';
import { indexOf } from '../js/snapshot_cache.mjs';
import { REMOVALS } from './removals.mjs';
import { rowOf, Slices } from './slices.mjs';

const HELP = `Options
  --data PREFIX      of .base.f16, .query.f16 and .gt100.i32
                     (default: the set qe100k in the folder DAMASK_DATA, else generated vectors)
  --count N --dimension N   of generated vectors (12000, 64)
  --snapshot FILE    a snapshot of the store to heal, instead of vectors
  --percent N        of the patterns that are removed each time (5)
  --removals LIST    ${Object.keys(REMOVALS).join()}: by chance, or whole regions
  --backends LIST    (${Object.keys(SLICE_MS).join()})
  --rounds N         of each, from the same store (5)
  --json FILE        also write every figure there
An index is kept in build/bench-js.`;

const { values: given } = parseArgs({
  options: {
    ...{ help: { type: 'boolean' }, data: { type: 'string' }, snapshot: { type: 'string' } },
    count: { type: 'string', default: '12000' },
    dimension: { type: 'string', default: '64' },
    percent: { type: 'string', default: '5' },
    removals: { type: 'string', default: Object.keys(REMOVALS).join() },
    backends: { type: 'string', default: Object.keys(SLICE_MS).join() },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});

function listOf(option, known) {
  const names = given[option].split(',');
  for (const name of names)
    if (!known.includes(name))
      throw new Error(`--${option}: ${name} is none of ${known.join(', ')}`);
  return names;
}

/** The store to heal as a snapshot, and what a reader must know of its vectors. */
async function storeToHeal() {
  if (given.snapshot)
    return { snapshot: await readFile(given.snapshot), name: path.basename(given.snapshot) };
  const folder = process.env.DAMASK_DATA;
  const prefix = given.data ?? (folder ? path.join(folder, 'qe100k') : undefined);
  const count = wholeNumber('count', given.count, 1000);
  const dimension = wholeNumber('dimension', given.dimension, 2, 4096);
  const { name, base } = prefix
    ? await readDataset(prefix)
    : generateDataset({ count, queries: 1, dimension, seed: 1 });
  const { snapshot } = await indexOf(base, { dimension: base.dimension }, 'native');
  return { snapshot, name };
}

/** What `heal()` does to a store by itself, by turns of the event loop. */
async function healWhole(snapshot, backend, slices) {
  const store = await fromSnapshot(snapshot, { ...only(backend), healing: 'off' });
  await slices.ofTurns('heal()', () => store.heal());
  await store.shutdown();
}

/** Everything that healing does to a store, in slices. */
async function healByParts(store, slices) {
  await slices.of('census', (pace) => takeCensus(store, pace));
  const isWaiting = () => store.rebuildProgress?.prepared === false;
  await slices.of('compact', (pace) => rebuild(store, 'compact', pace), isWaiting);
  await slices.of('census', (pace) => takeCensus(store, pace));
  await slices.of('repair', (pace) => repair(store, pace));
  const random = chanceOf('questions');
  const ef = store.options.hnsw.efSearch;
  const asked = { questions: questionsFor(store, [], random), ef, probeEf: ef, random };
  await slices.of('measure', (pace) => measure(store, asked, pace));
  await slices.ofTurns('snapshot', async () => {
    const frozen = new FrozenSnapshot(store, () => undefined);
    for await (const _ of frozen);
    frozen.giveUp();
  });
}

async function main() {
  const backends = listOf('backends', Object.keys(SLICE_MS));
  const removals = listOf('removals', Object.keys(REMOVALS));
  const percent = wholeNumber('percent', given.percent, 1, 90);
  const rounds = wholeNumber('rounds', given.rounds, 1, 1000);
  const { snapshot, name } = await storeToHeal();
  const report = { benchmark: 'pauses', machine: describeHost(), percent, rounds, rows: [] };
  for (const backend of backends)
    for (const removed of removals) {
      const slices = new Slices(SLICE_MS[backend]);
      for (let round = 1; round <= rounds; ++round) {
        const store = (await engineOf(backend)).openStore(snapshot);
        const { count } = store.stats();
        const { length: dimension } = store.embeddingAt(store.nextSlot(0));
        report.data = { name, vectors: count, dimension };
        const next = chanceOf('removed', removed);
        REMOVALS[removed](store, Math.round((count * percent) / 100), next);
        slices.beginRound();
        const removedFrom = store.save();
        await healByParts(store, slices);
        store.dispose();
        await healWhole(removedFrom, backend, slices);
      }
      for (const [work, found] of slices.found) {
        const row = { backend, removed, work, ...rowOf(found) };
        report.rows.push(row);
        console.log(JSON.stringify(row));
      }
    }
  if (given.json) await writeFile(given.json, `${JSON.stringify(report, null, 2)}\n`);
}

if (given.help) console.log(HELP);
else await main();
