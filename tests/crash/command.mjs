// Lets the damask command write to a store, one run after the other, until the last of them is killed.
import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { embeddingOf, random } from './workload.mjs';

const command =
  process.env.DAMASK_CLI ??
  new URL('../../build/native-release/native/damask', import.meta.url).pathname;

const linesOf = (ids, dimension) =>
  ids
    .map((id) => {
      const embedding = [...embeddingOf(id, 0, dimension)];
      return `${JSON.stringify({ id, type: '', domain: '', content: `${id} 0`, embedding })}\n`;
    })
    .join('');

const holdsStore = async (storagePath) =>
  (await readdir(storagePath).catch(() => [])).some((name) => name.startsWith('snapshot-'));

/** What was acknowledged until the kill, as the lines of writer.mjs. A run that ends well is one. */
export async function killedCommand(config, seed, killAfterMs) {
  const { dimension, hnsw, precision, storagePath } = config;
  const input = path.join(path.dirname(storagePath), 'input.jsonl');
  const next = random(seed);
  const said = [];
  let current;
  let isTime = false;
  const timer = setTimeout(() => {
    isTime = true;
    current?.kill('SIGKILL');
  }, killAfterMs);

  /** Whether the command has ended well; false when it was killed. */
  const run = async (...words) => {
    current = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    current.stderr.on('data', (chunk) => (complaint += chunk));
    if (isTime) setTimeout(() => current.kill('SIGKILL'), next() * 5);
    const [code, signal] = await new Promise((resolve) =>
      current.on('close', (...end) => resolve(end)),
    );
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`damask ${words}: ${complaint}`);
    return code === 0;
  };

  const add = async (ids) => {
    await writeFile(input, linesOf(ids, dimension));
    const options = (await holdsStore(storagePath))
      ? ['--append']
      : [
          ...['--precision', precision, '--m', hnsw.m],
          ...['--ef-construction', hnsw.efConstruction],
        ];
    return run('import', `${storagePath}/`, '--patterns', input, ...options);
  };

  for (let i = 0; ; ++i) {
    const id = `${seed}-command-${i}`;
    const ids = next() < 0.5 ? [id] : Array.from({ length: 5 }, (_, part) => `${id}-${part}`);
    if (!(await add(ids))) break;
    if (ids.length === 1 && next() < 0.3) {
      if (!(await run('delete', storagePath, id))) break;
      said.push({ deleted: id });
    } else {
      said.push({ stored: ids, version: 0 });
    }
  }
  clearTimeout(timer);
  return said;
}
