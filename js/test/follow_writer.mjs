// Writes a store for others to follow, and says each step that is acknowledged, with its number:
// follow_writer.mjs BACKEND PATH SEED STEPS
import { stepsOf, DIMENSION } from './follow_steps.mjs';
import { openOn } from './open_support.mjs';

const [backend, storagePath, seed, count] = process.argv.slice(2);
const store = await openOn(backend, { dimension: DIMENSION, storagePath });
for (const { step, batch, gone } of stepsOf(Number(seed), Number(count))) {
  if (gone !== undefined) await store.deletePattern(gone);
  await store.storeBatch(batch);
  process.stdout.write(`${step}\n`);
  if (step % 400 === 0) await store.optimize();
}
await store.shutdown();
