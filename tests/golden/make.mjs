// Makes the golden files of a format version: tests/golden/make.mjs FOLDER, a folder that is not there
// yet. What a version was released with is never made again: README.md.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contentOf, fill, open, patternOf, STORES } from './golden.mjs';
import { random } from '../crash/workload.mjs';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: tests/golden/make.mjs FOLDER');
await mkdir(folder);

const expect = (name, content) =>
  writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(content, undefined, 1)}\n`);

for (const [name, config] of Object.entries(STORES)) {
  const store = await open('native', config);
  await fill(store, name.endsWith('empty') ? 0 : 90);
  await writeFile(path.join(folder, `${name}.damask`), await store.snapshot());
  await expect(name, await contentOf(store, name));
  await store.shutdown();
}

// A directory as sessions leave it that end without a word: a snapshot, and a journal of several
// parts with every kind of change.
const config = { ...STORES['euclidean-float32'], storagePath: path.join(folder, 'directory') };
const first = await open('native', config);
await fill(first, 40);
await first.shutdown();
const next = random(11);
const second = await open('wasm-simd', config);
await second.storePattern(patternOf(50, next));
await second.storeBatch([51, 52, 2].map((number) => patternOf(number, next)));
await second.recordUsage('p50', 'failure');
await second.deletePattern('p51');
await second.shutdown();
const third = await open('native', config);
await third.deletePattern('p7');
await third.shutdown();
const reader = await open('native', { ...config, readOnly: true });
await expect('directory', await contentOf(reader));
await reader.shutdown();

// The same with a journal that empties the store.
const cleared = { ...config, storagePath: path.join(folder, 'cleared') };
const fourth = await open('native', cleared);
await fill(fourth, 5);
await fourth.clear();
await fourth.storePattern(patternOf(60, next));
await fourth.shutdown();
const last = await open('native', { ...cleared, readOnly: true });
await expect('cleared', await contentOf(last));
await last.shutdown();
