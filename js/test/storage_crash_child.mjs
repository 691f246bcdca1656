// Commits one generation after the other until it is killed, and tells of each that is done:
//   node storage_crash_child.mjs DIRECTORY
import { writeSync } from 'node:fs';
import { openDirectory } from '../lib/storage/directory.js';
import { StoredGenerations } from '../lib/storage/generations.js';
import { crashContent } from './storage_crash_content.mjs';

const stored = await StoredGenerations.open(await openDirectory(process.argv[2]));
writeSync(1, `${stored.generation}\n`);
for (;;) writeSync(1, `${await stored.commit(crashContent(stored.generation + 1))}\n`);
