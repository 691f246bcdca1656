import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { build, preview } from 'vite';

import { DIMENSION } from '../../lib/model.mjs';
import { PREPARE_OPTIONS } from '../../lib/options.mjs';
import { inCheckout } from '../../lib/places.mjs';
import { prepare } from '../../lib/prepare.mjs';
import { BUILT_IN_QUESTIONS } from '../../lib/questions.mjs';

const PAGE = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = inCheckout('build/page/test');
const PACKAGE = resolve(process.env['DAMASK_PACKAGE'] ?? inCheckout('js'));

/** Tests in the store that the page is tried on: they are embedded in seconds. */
const COUNT = 300;

/** Where a picture of the page goes, for people to look at. */
export function picturePath(name) {
  return join(FOLDER, 'pictures', `${name}.png`);
}

/** A store of real tests under Node, and the demo's questions with their vectors. */
export async function makeStore() {
  const { openPatternStore } = await import(pathToFileURL(join(PACKAGE, 'dist/node.js')).href);
  const set = await prepare({
    root: PREPARE_OPTIONS.tests.default,
    folder: join(FOLDER, 'demo'),
    count: COUNT,
    workers: 1,
    questions: BUILT_IN_QUESTIONS,
    say: () => undefined,
  });
  const lines = (await readFile(set.patterns, 'utf8')).trim().split('\n');
  const { buffer } = Uint8Array.from(await readFile(set.vectors));
  const store = await openPatternStore({ dimension: DIMENSION, configFile: false, env: {} });
  await store.storeBatch(
    lines.map((line, row) => ({
      ...JSON.parse(line),
      embedding: new Float32Array(buffer, 4 * DIMENSION * row, DIMENSION),
    })),
  );
  const questions = BUILT_IN_QUESTIONS.map((text, row) => ({ text, vector: set.questions[row] }));
  return { store, questions };
}

/** Builds the page on a snapshot of the store and serves it. Returns its address and how to stop. */
export async function servePage(store) {
  const data = join(FOLDER, 'public');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  const snapshot = join(FOLDER, 'tests.damask');
  await writeFile(snapshot, await store.snapshot());
  await promisify(execFile)(process.execPath, [
    ...[join(PAGE, 'make_data.mjs'), '--snapshot', snapshot],
    ...['--out', data, '--damask', PACKAGE],
  ]);
  process.env['DAMASK_PAGE_DATA'] = data;
  process.env['DAMASK_PAGE_OUT'] = join(FOLDER, 'site');
  await build({ root: PAGE, logLevel: 'warn' });
  const server = await preview({
    root: PAGE,
    logLevel: 'warn',
    preview: { port: 0, host: '127.0.0.1' },
  });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}
