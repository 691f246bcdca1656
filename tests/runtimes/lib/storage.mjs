// One directory that Node, Deno and Bun write to in turn, on every backend.
import path from 'node:path';
import { ARCHITECTURES, BACKENDS, programOf, runJson } from './processes.mjs';
import { inFreshFolder } from './scratch.mjs';

/** How many patterns one session leaves. */
const KEPT = 24;

export const storage = (app, table) =>
  inFreshFolder(async (folder) => {
    const directory = path.join(folder, 'store');
    const { deno, bun } = ARCHITECTURES[process.arch];
    const permissions = ['--allow-read', '--allow-write', '--allow-env', '--allow-ffi'];
    const programs = {
      Node: [process.execPath],
      Deno: [programOf(deno), 'run', '--node-modules-dir=manual', '--no-prompt', ...permissions],
      Bun: [programOf(bun), 'run', '--no-install'],
    };
    let sessions = 0;
    for (const [runtime, program] of Object.entries(programs))
      for (const backend of BACKENDS) {
        const name = `${runtime}-${backend}`;
        const command = [...program, 'keep.mjs', name, backend, directory];
        const { info, difference, answer } = await runJson(command, app);
        sessions += 1;
        const count = Number(answer.split(':')[0]);
        const lost = count === sessions * KEPT ? undefined : `${count} patterns are there`;
        table.addCheck(`${runtime}, directory`, info, difference ?? lost, `${count} patterns`);
      }
  });
