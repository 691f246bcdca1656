// Waits for a store that mends itself in the background, and for nothing else:
// health_waiting_child.mjs BACKEND CALL
import { openOn, patterns } from './open_support.mjs';

const [backend, call] = process.argv.slice(2);
const store = await openOn(backend, {
  ...{ dimension: 16, indexingThreshold: 64, hnsw: { m: 8, efConstruction: 40 } },
});
await store.storeBatch(patterns(1500, 16, 5));
await store.storeBatch(patterns(600, 16, 6));
// A round of the background is 100 ms: its compaction has begun by then, and is not over.
await new Promise((resolve) => setTimeout(resolve, 112));
await store[call]();
const { count, slots } = await store.getStats();
process.stdout.write(`${count} of ${slots}`);
await store.shutdown();
