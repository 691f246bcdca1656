// Adds patterns to the store in a folder, or to one in memory, and says what is in it then:
// stored.mjs BACKEND FOLDER|- FROM TO
import { fromSnapshot, openPatternStore } from 'damask';
import assert from 'node:assert/strict';

const [preferredBackend, folder, from, to] = process.argv.slice(2);
const config = { preferredBackend, fallback: false, configFile: false, env: {} };
const storage = folder === '-' ? {} : { storagePath: folder };
const embedding = (n) =>
  Float32Array.from({ length: 12 }, (_, i) => ((n * 37 + i * i * 11) % 97) - 48.5);

const store = await openPatternStore({ ...config, ...storage, dimension: 12 });
for (let n = Number(from); n < Number(to); ++n) {
  const id = `p${n}`;
  await store.storePattern({ id, type: 't', domain: 'd', content: '', embedding: embedding(n) });
  if (n % 5 === 4) await store.deletePattern(`p${n - 3}`);
}
const ids = [];
for await (const { id } of store.patterns()) ids.push(id);
const bytes = await store.snapshot();
const info = store.getImplementationInfo();
await store.shutdown();

// What was just stored, from the folder as it is.
if (folder !== '-') {
  const again = await openPatternStore({ ...config, ...storage });
  assert.deepEqual(await again.snapshot(), bytes);
  await again.shutdown();
}
const copy = await fromSnapshot(bytes, config);
const [hit] = await copy.searchSimilar(embedding(Number(to) - 1), { k: 1 });
assert.equal(hit.pattern.id, `p${Number(to) - 1}`);
const digest = await crypto.subtle.digest('SHA-256', bytes);
console.log(JSON.stringify({ info, ids, sha256: Buffer.from(digest).toString('hex') }));
