// An index is built once and kept in build/ as a snapshot, under a name made of all that it is made of.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPatternStore } from '../../js/lib/index.js';
import { engineHash, only } from './engines.mjs';

const FOLDER = fileURLToPath(new URL('../../build/bench-js', import.meta.url));

/** The snapshot, and how fast it was built when it was built now. */
export async function indexOf(base, settings, backend) {
  const key = createHash('sha256')
    .update(base.values)
    .update(JSON.stringify([settings, await engineHash(backend)]))
    .digest('hex');
  const file = path.join(FOLDER, `${key}.damask`);
  try {
    return { snapshot: await readFile(file) };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const store = await openPatternStore({ ...settings, ...only(backend) });
  const began = performance.now();
  await store.importPatterns(patterns(base));
  const buildSeconds = (performance.now() - began) / 1000;
  const snapshot = await store.snapshot();
  await store.shutdown();
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${file}.${process.pid}`, snapshot);
  await rename(`${file}.${process.pid}`, file);
  return { snapshot, buildSeconds };
}

/** Patterns with texts as long as a test's title. */
function* patterns(base) {
  for (let i = 0; i < base.count; ++i)
    yield {
      id: String(i),
      type: 'unit',
      domain: 'bench',
      framework: 'vitest',
      content: `pattern ${i}: should give the same answer whichever engine is asked for it`,
      embedding: base.row(i),
    };
}
