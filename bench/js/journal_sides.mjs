// Two ways to keep patterns: each gives the rate of `upserts` by so many writers at a time, under a policy.
import path from 'node:path';
import { openPatternStore } from '../../js/lib/index.js';
import { only } from './engines.mjs';

/** Pattern `i`: some 200 characters, and an embedding that is the same for every side. */
function patternOf(i, dimension) {
  const content = `expect(cart.total).toBe(${i}) `.padEnd(200, 'step ');
  const embedding = new Float32Array(dimension);
  let state = i + 1;
  for (let j = 0; j < dimension; ++j) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    embedding[j] = state / 0x80000000;
  }
  return { id: `pattern-${i}`, type: 'unit', domain: 'cart', content, embedding };
}

const patternsOf = ({ upserts, dimension }) =>
  Array.from({ length: upserts }, (_, i) => patternOf(i, dimension));

async function perSecond(upserts, work) {
  const start = performance.now();
  await work();
  return upserts / ((performance.now() - start) / 1000);
}

/** damask on one backend, in a directory; what the policy leaves waiting is flushed before time is up. */
export function damaskSide(backend) {
  return {
    name: backend,
    async rate(storagePath, settings) {
      const { dimension, upserts, writers, policy } = settings;
      const patterns = patternsOf(settings);
      const config = { ...only(backend), dimension, storagePath, durability: policy };
      const store = await openPatternStore(config);
      // Makes the files, as SQLite has made its own when the time begins.
      await store.flush();
      let next = 0;
      const writer = async () => {
        while (next < upserts) await store.storePattern(patterns[next++]);
      };
      const rate = await perSecond(upserts, async () => {
        await Promise.all(Array.from({ length: writers }, writer));
        await store.flush();
      });
      await store.shutdown();
      const again = await openPatternStore({ ...only(backend), dimension, storagePath });
      const found = await again.count();
      await again.shutdown();
      if (found !== upserts) throw new Error(`${backend}: ${found} of ${upserts} are there`);
      return rate;
    },
  };
}

/**
 * better-sqlite3 in WAL mode: each commit as durable as a write of damask's, or, where damask does not
 * sync before it acknowledges either, durable at the next checkpoint.
 */
export async function sqliteSide() {
  const { default: Database } = await import('better-sqlite3').catch((cause) => {
    throw new Error('better-sqlite3 is not installed: npm --prefix bench/js ci', { cause });
  });
  return {
    name: 'better-sqlite3',
    async rate(directory, settings) {
      const { upserts, writers, policy } = settings;
      const patterns = patternsOf(settings);
      const database = new Database(path.join(directory, 'patterns.sqlite'));
      database.pragma('journal_mode = WAL');
      database.pragma(`synchronous = ${policy === 'always' ? 'FULL' : 'NORMAL'}`);
      database.exec(
        'create table pattern (id text primary key, type text, domain text, content text, embedding blob)',
      );
      const insert = database.prepare('insert or replace into pattern values (?, ?, ?, ?, ?)');
      const store = ({ id, type, domain, content, embedding }) =>
        insert.run(id, type, domain, content, Buffer.from(embedding.buffer));
      const storeGroup = database.transaction((group) => group.forEach(store));
      const rate = await perSecond(upserts, () => {
        if (writers === 1) patterns.forEach(store);
        else for (let i = 0; i < upserts; i += writers) storeGroup(patterns.slice(i, i + writers));
      });
      const { found } = database.prepare('select count(*) as found from pattern').get();
      database.close();
      if (found !== upserts) throw new Error(`better-sqlite3: ${found} of ${upserts} are there`);
      return rate;
    },
  };
}
