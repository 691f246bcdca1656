// The JSON file of a run: written anew after every row, and merged into by later runs.
import { readFile, rename, writeFile } from 'node:fs/promises';

const keyOf = ({ peer, variant }) => `${peer} ${variant}`;

/**
 * The rows of both, a newer one in its older one's place, in the order of `known`: every peer and
 * variant that there is. A row of what is no longer there is dropped.
 */
export function mergedRows(older, newer, known) {
  const rows = new Map([...older, ...newer].map((row) => [keyOf(row), row]));
  return known.map((key) => rows.get(keyOf(key))).filter(Boolean);
}

/** The report in the file, or undefined; it must be of the same data, queries and k. */
export async function readReport(file, like) {
  let report;
  try {
    report = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`--json: ${file} cannot be merged into: ${error.message}`, { cause: error });
  }
  for (const part of ['benchmark', 'data', 'machine'])
    if (JSON.stringify(report[part]) !== JSON.stringify(like[part]))
      throw new Error(`--json: ${file} is of another ${part}: name another file, or remove it`);
  return report;
}

export async function writeReport(file, report) {
  await writeFile(`${file}.new`, `${JSON.stringify(report, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}
