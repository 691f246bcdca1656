import { readFile } from 'node:fs/promises';

/** The installed version of a peer's package. Rejects, saying so, when it is not installed. */
export async function versionOf({ version, package: name, install }) {
  if (version) return version();
  try {
    const file = new URL(`./node_modules/${name}/package.json`, import.meta.url);
    return JSON.parse(await readFile(file, 'utf8')).version;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const why = install ? `, which ${install}` : '';
    throw new Error(`npm left ${name} out, as its installation failed${why}`, { cause: error });
  }
}

/** The version of the checkout's own package. */
export async function damaskVersion() {
  const file = new URL('../../js/package.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}
