// The rounds of the soak on one backend, in a process of their own:
//   node soak_rounds.mjs '{"backend":"native","directory":"...","rounds":3600,"every":60}'
// Prints a line of JSON for every sample.
import { pathToFileURL } from 'node:url';
import { measureMemory } from './memory_probe.mjs';
import { random } from './dataset.mjs';
import { only } from './engines.mjs';
import { openPatternStore } from '../../js/lib/index.js';

const DIMENSION = 384;
const PATTERNS = 200;
const WRITES = 8;
const SEARCHES = 20;

/**
 * Opens the store in `directory`, replaces some patterns and deletes one, searches, closes; again and
 * again. Before each sample the index is rebuilt, so that every sample meets a store of the same size.
 * `onSample` gets the rounds so far and the memory; `onRound` is called before the store is closed.
 */
export async function runRounds({
  backend,
  directory,
  rounds,
  every,
  seed,
  onSample,
  onRound = () => undefined,
}) {
  const next = random(seed);
  const vector = () => Float32Array.from({ length: DIMENSION }, () => next() - 0.5);
  const pattern = (i) => ({
    id: `pattern-${i % PATTERNS}`,
    type: 'unit',
    domain: `domain-${i % 7}`,
    content: `the text of pattern ${i}, which is replaced again and again`,
    metadata: { round: i },
    embedding: vector(),
  });
  const config = { ...only(backend), dimension: DIMENSION, storagePath: directory };
  let written = 0;
  for (let round = 1; round <= rounds; ++round) {
    const store = await openPatternStore(config);
    const batch = Array.from({ length: round === 1 ? PATTERNS : WRITES }, () => pattern(written++));
    await store.storeBatch(batch);
    await store.deletePattern(batch[0].id);
    for (let i = 0; i < SEARCHES; ++i) {
      const hits = await store.searchSimilar(vector(), i % 2 ? {} : { domain: 'domain-1', k: 5 });
      if (hits.length !== (i % 2 ? 10 : 5)) throw new Error(`round ${round}: ${hits.length} hits`);
    }
    await onRound();
    if (round % every === 0) await store.optimize();
    await store.shutdown();
    if (round % every === 0) await onSample(round, await measureMemory());
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await runRounds({
    ...JSON.parse(process.argv[2]),
    onSample: (round, memory) => console.log(JSON.stringify({ round, ...memory })),
  });
