import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { median } from './measure.mjs';
import { DIMENSION } from './model.mjs';
import { DemoError } from './places.mjs';

const run = promisify(execFile);

const VECTOR_FLAGS = ['--format', 'f32'];
const GRAPH_FLAGS = ['--m', '32', '--ef-construction', '200'];

/** Runs a command of the program; exit code 1 is an answer of `verify`, any other is a failure. */
async function damask(cli, ...parameters) {
  try {
    const { stdout } = await run(cli, [...parameters, '--json'], { maxBuffer: 1 << 28 });
    return JSON.parse(stdout);
  } catch (error) {
    if (error.code === 1 && error.stdout) return JSON.parse(error.stdout);
    throw new DemoError(
      `${cli} ${parameters[0]} failed: ${(error.stderr || error.message).trim()}`,
    );
  }
}

/** Builds the store from a prepared set; returns the seconds that indexing took. */
export async function buildNatively(cli, store, set) {
  const inputs = ['--vectors', set.vectors, '--patterns', set.patterns];
  const flags = [...VECTOR_FLAGS, '--dimension', String(DIMENSION), ...GRAPH_FLAGS, '--force'];
  return (await damask(cli, 'import', store, ...inputs, ...flags)).seconds;
}

/** Asks the questions through the command-line program, which measures inside its own process. */
export async function askNatively({ cli, store, queries, k, repeat }) {
  const search = (...flags) =>
    damask(cli, 'search', store, '--queries', queries, ...VECTOR_FLAGS, '-k', String(k), ...flags);
  const graph = await search('--repeat', String(repeat.graph));
  const exact = await search('--exact', '--repeat', String(repeat.exact));
  const { resavedIdentical } = await damask(cli, 'verify', store);
  if (!resavedIdentical)
    throw new DemoError(`${store}: saving it again natively gives other bytes`);
  const hits = (result) => result.queries.map((query) => query.hits);
  const microseconds = (result) => median(result.queries.map((query) => query.microseconds));
  return {
    name: 'native',
    instructionSet: graph.instructionSet,
    answers: { graph: hits(graph), exact: hits(exact) },
    microseconds: { graph: microseconds(graph), exact: microseconds(exact) },
    sha256: createHash('sha256')
      .update(await readFile(store))
      .digest('hex'),
  };
}
