// The folder in which the tarball is installed, as a user would, and the programs that use it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadCases, loadExpected } from '../../conformance/load.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tests = path.join(root, 'tests');
const HOUR = 3_600_000;
const scratch = path.join(root, 'build/runtimes');

/** Removes what no run that is under way can be using. */
async function removeOld(folder) {
  const found = await stat(folder).catch((error) => {
    // Another run was faster.
    if (error.code !== 'ENOENT') throw error;
  });
  if (found && Date.now() - found.mtimeMs > HOUR)
    await rm(folder, { recursive: true, force: true });
}

/** Gives `work` an empty folder that is gone afterwards. */
export async function inFreshFolder(work) {
  const folder = await mkdtemp(path.join(scratch, 'run-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function findTarball() {
  if (process.env.DAMASK_TARBALL) return path.resolve(process.env.DAMASK_TARBALL);
  const folder = path.join(root, 'dist');
  const found = (await readdir(folder).catch(() => [])).filter((it) => /^damask-.*\.tgz$/.test(it));
  if (found.length !== 1)
    throw new Error(`${folder} has ${found.length} tarballs: run toolchains/bootstrap pack`);
  return path.join(folder, found[0]);
}

async function fill(folder, tarball) {
  await cp(path.join(tests, 'runtimes/programs'), folder, { recursive: true });
  await cp(path.join(tests, 'conformance/replay.mjs'), path.join(folder, 'replay.mjs'));
  const [cases, expected] = [await loadCases(), await loadExpected()].map((it) =>
    JSON.stringify(it),
  );
  const data = `export const cases = ${cases};\nexport const expected = ${expected};\n`;
  await writeFile(path.join(folder, 'data.mjs'), data);
  await writeFile(path.join(folder, 'package.json'), '{ "name": "app", "private": true }\n');
  const options = ['--offline', '--no-audit', '--no-fund', '--no-package-lock'];
  await promisify(execFile)('npm', ['install', ...options, tarball], { cwd: folder });
}

/**
 * The folder of this tarball and these programs; what is there already is used again. Several may
 * prepare at the same time: the first to be ready wins.
 */
export async function prepareApp() {
  const tarball = await findTarball();
  const hash = createHash('sha256').update(await readFile(tarball));
  for (const part of ['runtimes/programs', 'conformance']) {
    const files = await readdir(path.join(tests, part), { recursive: true, withFileTypes: true });
    for (const it of files.filter((it) => it.isFile()))
      hash.update(await readFile(path.join(it.parentPath, it.name)));
  }
  const name = `app-${hash.digest('hex').slice(0, 16)}`;
  const folder = path.join(scratch, name);
  await mkdir(scratch, { recursive: true });
  const apps = (await readdir(scratch)).filter((it) => it.startsWith('app-'));
  if (!apps.includes(name)) {
    const made = await mkdtemp(path.join(scratch, 'making-'));
    await fill(made, tarball);
    await rename(made, folder).catch(() => rm(made, { recursive: true }));
    for (const it of apps) await removeOld(path.join(scratch, it));
  }
  return { folder, sha256: (await loadExpected()).sha256 };
}
