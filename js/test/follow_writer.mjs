// Writes a store for others to follow, and says each step that is acknowledged, with its number:
// follow_writer.mjs BACKEND PATH SEED STEPS
import { DIMENSION, MARKER, stepsOf } from './follow_steps.mjs';
import { openOn } from './open_support.mjs';

const [backend, storagePath, seed, count] = process.argv.slice(2);
const store = await openOn(backend, { dimension: DIMENSION, storagePath });
// One that was killed goes on from what it finds.
const done = Number((await store.getPattern(MARKER))?.content.split('.')[0] ?? 0);
for (const { step, batch, gone } of stepsOf(Number(seed), Number(count)).slice(done)) {
  if (gone !== undefined) await store.deletePattern(gone);
  await store.storeBatch(batch);
  process.stdout.write(`${step}\n`);
  if (step % 400 === 0) await store.optimize();
}
await store.shutdown();
