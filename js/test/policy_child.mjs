// Stores a pattern that would be durable in an hour, and has nothing left to do.
import { openOn, patterns } from './open_support.mjs';

const durability = { policy: 'interval', ms: 3_600_000 };
const store = await openOn('native', { dimension: 12, storagePath: process.argv[2], durability });
await store.storePattern(patterns(1, 12)[0]);
console.log('stored');
