// Opens a store for writing, says so, and keeps it until it is killed: lock_child.mjs BACKEND PATH
import { openOn } from './open_support.mjs';

const [backend, storagePath] = process.argv.slice(2);
await openOn(backend, { dimension: 4, storagePath });
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
