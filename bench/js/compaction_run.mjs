// One backend of compaction.mjs, in a process of its own: its settings are the argument, its figures one
// line of JSON.
import { openPatternStore } from '../../js/lib/index.js';
import { random } from './dataset.mjs';
import { only } from './engines.mjs';

/** What is written to make the journal long enough for a compaction: so many patterns of such a text. */
const FILLERS = 100;
const FILLER = 'x'.repeat(64 << 10);
/** Writes in each phase before those that count. */
const WARM_UP = 50;

const { backend, storagePath, dimension, writes, seed } = JSON.parse(process.argv[2]);
const next = random(seed + 1);
const vector = () => Float32Array.from({ length: dimension }, () => next() - 0.5);
let written = 0;
const patternOf = (content) => ({
  ...{ id: `written-${written++}`, type: 'unit', domain: 'bench', content },
  embedding: vector(),
});

async function timed(into, work) {
  const start = performance.now();
  const result = await work();
  into.push(performance.now() - start);
  return result;
}

function figuresOf(name, kind, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)];
  return { name, kind, count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) };
}

const opening = [];
const store = await timed(opening, () => openPatternStore({ ...only(backend), storagePath }));
const searching = [];
await timed(searching, () => store.searchSimilar(vector()));

const generation = async () => (await store.health()).durability.generation;
const isCompacting = async () => (await store.health()).durability.compacting;

/** Writes and searches while `goesOn` says so. */
async function phase(name, goesOn, times = { write: [], search: [] }) {
  while (await goesOn(times.write.length)) {
    const pattern = patternOf(`written while it is ${name}`);
    await timed(times.write, () => store.storePattern(pattern));
    await timed(times.search, () => store.searchSimilar(pattern.embedding));
  }
  return times;
}

await phase('warming up', (count) => count < WARM_UP);
const idle = await phase('idle', (count) => count < writes);

const before = await generation();
const compacted = { write: [], search: [] };
while (compacted.write.length < writes) {
  while (!(await isCompacting()))
    await store.storeBatch(Array.from({ length: FILLERS }, () => patternOf(FILLER)));
  await phase('compacted', isCompacting, compacted);
}
const compactions = (await generation()) - before;
await store.shutdown();

const phases = [
  ['alone', idle],
  ['beside a compaction', compacted],
].flatMap(([name, { write, search }]) => [
  figuresOf(name, 'write', write),
  figuresOf(name, 'search', search),
]);
console.log(
  JSON.stringify({ openMs: opening[0], firstSearchMs: searching[0], compactions, phases }),
);
