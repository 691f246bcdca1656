// Has a store for writing, and stores a pattern for each line that it is given; says so each time:
// writer.mjs BACKEND FOLDER
import { openPatternStore } from 'damask';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { embeddingOf } from './reader.mjs';

const [preferredBackend, storagePath] = process.argv.slice(2);
const config = { preferredBackend, fallback: false, configFile: false, env: {}, storagePath };
const store = await openPatternStore({ ...config, dimension: 8 });
console.log(`open in process ${process.pid}`);
for await (const id of createInterface({ input: process.stdin })) {
  await store.storePattern({ id, type: 't', domain: 'd', content: '', embedding: embeddingOf(id) });
  if (id.endsWith('5')) await store.optimize();
  console.log(id);
}
await store.shutdown();
