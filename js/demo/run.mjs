#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { differences } from './lib/agreement.mjs';
import { nearestRows, recall } from './lib/measure.mjs';
import { DIMENSION } from './lib/model.mjs';
import { askNatively, buildNatively } from './lib/native_side.mjs';
import {
  DEFAULT_COUNT,
  PREPARE_HELP,
  PREPARE_OPTIONS,
  UsageError,
  parse,
  runCommand,
  say,
  workerCount,
} from './lib/options.mjs';
import { DemoError, inCheckout } from './lib/places.mjs';
import { prepare } from './lib/prepare.mjs';
import { BUILT_IN_QUESTIONS } from './lib/questions.mjs';
import { hitsTable, sidesTable, terminalWidth } from './lib/tables.mjs';
import { askInWasm } from './lib/wasm_side.mjs';

const K = 10;
const SHOWN = 5;
const REPEAT = { graph: 101, exact: 11 };

const USAGE = `\
Usage: node run.mjs [options] ["a question in plain English"]...

Finds the tests of CPython that already do something like what each question says. The tests are
indexed natively; the same questions are then asked natively and in both WebAssembly builds, which
must agree to the bit. Without a question five built-in ones are asked.

${PREPARE_HELP}
  --cli FILE           the damask program (default build/native-release/native/damask)
  --wasm-simd FILE     damask.wasm with SIMD (default build/wasm-simd/wasm/damask.wasm)
  --wasm-scalar FILE   damask.wasm without (default build/wasm-scalar/wasm/damask.wasm)
  --js FILE            the JavaScript package (default js/lib/wasm.js)

Exit codes: 0 all sides agree, 1 they do not or the job failed, 2 wrong usage.
`;

const BUILT = {
  cli: 'build/native-release/native/damask',
  'wasm-simd': 'build/wasm-simd/wasm/damask.wasm',
  'wasm-scalar': 'build/wasm-scalar/wasm/damask.wasm',
  js: 'js/lib/wasm.js',
};

/** Where each built part is; all must exist before anything starts. */
function locateParts(values) {
  const parts = {};
  for (const [option, path] of Object.entries(BUILT)) {
    parts[option] = values[option] === undefined ? inCheckout(path) : resolve(values[option]);
    if (!existsSync(parts[option])) {
      throw new DemoError(
        `${parts[option]} is missing: "toolchains/bootstrap demo" builds it; --${option} names another`,
      );
    }
  }
  return parts;
}

function checkQuestions(questions) {
  if (questions.some((question) => question.trim() === '')) {
    throw new UsageError('a question is empty');
  }
  return questions.length > 0 ? questions : BUILT_IN_QUESTIONS;
}

/** The ids of the true neighbours of each question, from the vectors as they were embedded. */
async function findTruth(set) {
  const bytes = await readFile(set.vectors);
  const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return set.questions.map((query) =>
    nearestRows(vectors, query, K).map((row) => set.tests[row].id),
  );
}

async function askAllSides(parts, store, set, folder) {
  const queries = join(folder, 'questions.f32');
  const rows = set.questions.map(
    (query) => new Uint8Array(query.buffer, query.byteOffset, query.byteLength),
  );
  await writeFile(queries, Buffer.concat(rows));
  const sides = [await askNatively({ cli: parts.cli, store, queries, k: K, repeat: REPEAT })];
  const damask = await import(pathToFileURL(parts.js).href);
  const snapshot = await readFile(store);
  for (const target of ['simd', 'scalar']) {
    const source = parts[`wasm-${target}`];
    const common = { snapshot, queries: set.questions, k: K, repeat: REPEAT };
    sides.push(await askInWasm({ damask, target, source, ...common }));
  }
  const truth = await findTruth(set);
  return sides.map((side) => ({ ...side, recall: recall(truth, side.answers.graph) }));
}

function report(questions, sides) {
  const width = terminalWidth();
  questions.forEach((question, index) => {
    const hits = sides[1].answers.graph[index].slice(0, SHOWN);
    process.stdout.write(`\n${question}\n${hitsTable(hits, sides[1].patterns, width)}\n`);
  });
  const count = `${questions.length} question${questions.length > 1 ? 's' : ''}`;
  process.stdout.write(`\n${sidesTable(sides, K)}\n`);
  process.stdout.write(
    `  Medians of ${count}, each asked ${REPEAT.graph} times in a row (exact: ${REPEAT.exact}).\n` +
      '  Recall is measured against plain float64 cosine over all vectors.\n\n',
  );
  const found = differences(sides);
  if (found.length === 0) {
    process.stdout.write(
      `AGREED to the bit: ids and scores of ${K} hits for ${count}, by graph and by exact search,\n` +
        'and the snapshot that each side saved again.\n',
    );
    return 0;
  }
  process.stdout.write(`DISAGREED in ${found.length} places:\n`);
  for (const difference of found.slice(0, 20)) process.stdout.write(`  ${difference}\n`);
  return 1;
}

await runCommand(USAGE, async () => {
  const paths = Object.fromEntries(Object.keys(BUILT).map((name) => [name, { type: 'string' }]));
  const { values, positionals } = parse({
    options: { ...PREPARE_OPTIONS, ...paths },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const questions = checkQuestions(positionals);
  const workers = workerCount(values.workers);
  const parts = locateParts(values);
  const folder = resolve(values.cache);
  const set = await prepare({
    root: resolve(values.tests),
    folder,
    count: values.all ? Infinity : DEFAULT_COUNT,
    workers,
    questions,
    say,
  });
  const store = join(folder, 'tests.damask');
  const seconds = await buildNatively(parts.cli, store, set);
  const megabytes = ((await stat(store)).size / 1e6).toFixed(1);
  say(
    'index',
    `${set.tests.length.toLocaleString('en-US')} tests in ${seconds.toFixed(2)} s, natively; the snapshot has ${megabytes} MB`,
  );
  return report(questions, await askAllSides(parts, store, set, folder));
});
