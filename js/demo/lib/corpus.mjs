import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DemoError } from './places.mjs';

const EXTRACTOR = fileURLToPath(new URL('../extract_tests.py', import.meta.url));
/** Debian's own interpreter: its parser knows the syntax of the suite it ships. */
const PYTHON = '/usr/bin/python3';

/** Path, size and time of every Python source below a folder, and the extractor's own text. */
async function fingerprint(root) {
  const hash = createHash('sha256').update(await readFile(EXTRACTOR));
  const folders = [root];
  while (folders.length > 0) {
    const folder = folders.pop();
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.name.endsWith('.py')) {
        const { size, mtimeMs } = await stat(path);
        hash.update(`${path}\0${size}\0${mtimeMs}\n`);
      }
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function runExtractor(root) {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, ['-I', EXTRACTOR, root]);
    const output = [];
    const errors = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => errors.push(chunk));
    child.on('error', (error) => {
      reject(new DemoError(`cannot start ${PYTHON} (${error.code}): install Debian's python3`));
    });
    child.on('close', (code) => {
      const messages = Buffer.concat(errors).toString();
      if (code === 0) resolve({ jsonl: Buffer.concat(output), summary: JSON.parse(messages) });
      else reject(new DemoError(`${EXTRACTOR} ended with code ${code}:\n${messages}`));
    });
  });
}

const parseLines = (jsonl) =>
  jsonl
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/**
 * Every test of the suite below `root`, extracted once and kept in `cache` until a source changes.
 * Returns `{tests, summary, fresh}`; `fresh` says whether the sources were parsed now.
 */
export async function readCorpus(root, cache) {
  if (!existsSync(join(root, 'test', 'test_grammar.py'))) {
    throw new DemoError(
      `${root} has no test suite (no test/test_grammar.py): install it with ` +
        '"apt-get install libpython3.11-testsuite", or name another library folder with --tests',
    );
  }
  const path = join(cache, `tests-${await fingerprint(root)}`);
  if (existsSync(`${path}.json`)) {
    const summary = JSON.parse(await readFile(`${path}.json`, 'utf8'));
    return { tests: parseLines(await readFile(`${path}.jsonl`)), summary, fresh: false };
  }
  const { jsonl, summary } = await runExtractor(root);
  await mkdir(cache, { recursive: true });
  await writeFile(`${path}.jsonl`, jsonl);
  await writeFile(`${path}.json.part`, JSON.stringify(summary));
  await rename(`${path}.json.part`, `${path}.json`);
  return { tests: parseLines(jsonl), summary, fresh: true };
}
