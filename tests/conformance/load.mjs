// The cases and their expected answers, for those who have files.
import { readdir, readFile } from 'node:fs/promises';

const folder = new URL('cases/', import.meta.url);
const readJson = async (url) => JSON.parse(await readFile(url, 'utf8'));

/** All cases, in the order of their files' names. */
export async function loadCases() {
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.json$/, ''),
      steps: await readJson(new URL(file, folder)),
    })),
  );
}

export const expectedUrl = new URL('expected.json', import.meta.url);
export const loadExpected = () => readJson(expectedUrl);
