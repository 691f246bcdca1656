// Writes to a store until it is killed, and says on standard output what was acknowledged: one line
// each, only after the promise has resolved. Arguments: the configuration as JSON, a seed.
import { writeSync } from 'node:fs';
import { openPatternStore } from '../../js/lib/index.js';
import { embeddingOf, random } from './workload.mjs';

const [configText, seed] = process.argv.slice(2);
const config = JSON.parse(configText);
const store = await openPatternStore({ ...config, configFile: false, env: {} });
const next = random(Number(seed));
const acknowledge = (change) => writeSync(1, `${JSON.stringify(change)}\n`);
const pattern = (id, version) => ({
  ...{ id, type: '', domain: '', content: `${id} ${version}` },
  embedding: embeddingOf(id, version, config.dimension),
});

/** Ids are of this run alone, so that one acknowledged change is all there is to an id. */
async function writeOn(writer) {
  for (let i = 0; ; ++i) {
    const id = `${seed}-${writer}-${i}`;
    const kind = next();
    if (kind < 0.6) {
      await store.storePattern(pattern(id, 0));
      acknowledge({ stored: [id], version: 0 });
    } else if (kind < 0.8) {
      const ids = Array.from({ length: 5 }, (_, j) => `${id}-${j}`);
      await store.storeBatch(ids.map((it) => pattern(it, 0)));
      acknowledge({ stored: ids, version: 0 });
    } else if (kind < 0.9) {
      await store.storePattern(pattern(id, 0));
      await store.storePattern(pattern(id, 1));
      acknowledge({ stored: [id], version: 1 });
    } else {
      await store.storePattern(pattern(id, 0));
      await store.deletePattern(id);
      acknowledge({ deleted: id });
    }
    if (next() < 0.02) await store.optimize();
  }
}

writeSync(1, '"open"\n');
await Promise.all([0, 1, 2].map(writeOn));
