// Changes a store that JavaScript keeps in a directory. Argument: {"config":…, "patterns":[…],
// "deleted":[ids], "optimize":true, "snapshot":file} as JSON; the file gets the store's snapshot.
import { writeFile } from 'node:fs/promises';
import { openPatternStore } from '../../js/lib/index.js';

const { config, patterns = [], deleted = [], optimize, snapshot } = JSON.parse(process.argv[2]);
const store = await openPatternStore({ ...config, fallback: false, configFile: false, env: {} });
if (patterns.length > 0) await store.storeBatch(patterns);
for (const id of deleted) await store.deletePattern(id);
if (optimize) await store.optimize();
if (snapshot !== undefined) await writeFile(snapshot, await store.snapshot());
await store.shutdown();
