// Runtimes that are programs: Node, Deno and Bun.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BACKENDS = ['native', 'wasm-simd', 'wasm-scalar'];
const TIMEOUT = 120_000;
const ARCHITECTURES = {
  x64: { deno: '@deno/linux-x64-glibc/deno', bun: '@oven/bun-linux-x64-baseline/bin/bun' },
  arm64: { deno: '@deno/linux-arm64-glibc/deno', bun: '@oven/bun-linux-aarch64/bin/bun' },
};

/** A program of an npm package of this folder. */
export const programOf = (name) =>
  fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));

/** Runs a program to its end in a folder; gives what it printed, as JSON. */
export async function runJson(command, cwd) {
  const [program, ...args] = command;
  const options = { cwd, timeout: TIMEOUT, maxBuffer: 1 << 26 };
  const { stdout } = await promisify(execFile)(program, args, options);
  return JSON.parse(stdout);
}

/** The version that a runtime says it has: the first three numbers of `--version`. */
export async function versionOf(...command) {
  const { stdout } = await promisify(execFile)(command[0], [...command.slice(1), '--version']);
  return /\d+[.-]\d+[.-]\d+/.exec(stdout)[0];
}

/** Runs a program on every backend, and enters its answers. */
export async function replayIn(where, command, app, table, backends = BACKENDS) {
  const rows = await runJson([...command, ...backends], app);
  if (rows.length % backends.length !== 0) throw new Error(`${where}: ${rows.length} answers`);
  for (const [i, row] of rows.entries()) table.add(where, row, backends[i % backends.length]);
}

/** The dashboard's server: it throws where it does not do what it is for. */
async function dashboardIn(where, command, app, table) {
  await runJson([...command, 'dashboard.mjs'], app);
  const info = { type: 'the first', instructionSet: 'that works' };
  table.addCheck(`${where}, damask/dashboard`, info, undefined, 'page, API, metrics, events');
}

async function replayInNode(program, options, app, table) {
  const version = await versionOf(program);
  const start = [program, ...options];
  await replayIn(`Node ${version}, ES module`, [...start, 'main.mjs'], app, table);
  await replayIn(`Node ${version}, CommonJS`, [...start, 'main.cjs'], app, table);
  await replayIn(`Node ${version}, worker threads`, [...start, 'threads.mjs'], app, table);
  await runJson([...start, 'subpaths.mjs'], app);
  const every = { type: 'every', instructionSet: 'low level' };
  table.addCheck(`Node ${version}, subpaths`, every, undefined, 'import and require');
  await dashboardIn(`Node ${version}`, start, app, table);
}

export const node = (app, table) => replayInNode(process.execPath, [], app, table);

/** The node on PATH, where it is another than npm's. */
export async function systemNode(app, table) {
  const program = process.env.DAMASK_SYSTEM_NODE;
  if (!program) return table.leaveOut('node on PATH', 'there is none');
  const version = await versionOf(program);
  if (version === process.versions.node)
    return table.leaveOut(`node on PATH, ${version}`, 'it is the same as above');
  // Node 18 hides the global crypto, which the replay hashes with, behind an option.
  const options = version.startsWith('18.') ? ['--experimental-global-webcrypto'] : [];
  await replayInNode(program, options, app, table);
}

/** With no more permissions than an installed package with a native addon needs, and `more`. */
export const startDeno = (more = []) => [
  programOf(ARCHITECTURES[process.arch].deno),
  ...['run', '--node-modules-dir=manual', '--no-prompt'],
  ...['--allow-read', '--allow-env', '--allow-ffi', ...more],
];

export const startBun = () => [
  programOf(ARCHITECTURES[process.arch].bun),
  ...['run', '--no-install'],
];

export async function deno(app, table) {
  const start = startDeno();
  const where = `Deno ${await versionOf(start[0])}`;
  await replayIn(where, [...start, 'main.mjs'], app, table);
  await dashboardIn(where, startDeno(['--allow-net']), app, table);
}

export async function bun(app, table) {
  const start = startBun();
  const where = `Bun ${await versionOf(start[0])}`;
  await replayIn(where, [...start, 'main.mjs'], app, table);
  await dashboardIn(where, start, app, table);
}
