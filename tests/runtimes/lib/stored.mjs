// One folder that several runtimes and engines write in turn: each finds what those before it have
// stored, and in the end there is what a single one would have made, to the byte.
import path from 'node:path';
import { runJson, startBun, startDeno } from './processes.mjs';
import { inFreshFolder } from './scratch.mjs';

/** Patterns that each writer adds. */
const SHARE = 15;

const node = [process.execPath];
const WRITERS = [
  { name: 'Node', start: node, backend: 'native' },
  { name: 'Deno', start: startDeno(['--allow-write']), backend: 'wasm-simd' },
  { name: 'Bun', start: startBun(), backend: 'native' },
  { name: 'Node', start: node, backend: 'wasm-scalar' },
  { name: 'Deno', start: startDeno(['--allow-write']), backend: 'native' },
];

const run = (app, start, backend, folder, from, to) =>
  runJson([...start, 'stored.mjs', backend, folder, String(from), String(to)], app);

export const stored = (app, table) =>
  inFreshFolder(async (scratch) => {
    const folder = path.join(scratch, 'store');
    for (const [i, { name, start, backend }] of WRITERS.entries()) {
      const end = (i + 1) * SHARE;
      const found = await run(app, start, backend, folder, i * SHARE, end);
      const alone = await run(app, node, 'native', '-', 0, end);
      const wrong =
        found.sha256 === alone.sha256 ? undefined : `holds ${found.ids}, not ${alone.ids}`;
      const what = `snapshot ${found.sha256.slice(0, 16)}`;
      table.addCheck(`stored in turn: ${name}`, found.info, wrong, what);
    }
  });
