// The JSON file of a run: written anew after every day, and gone on with by later runs.
import { readFile, rename, writeFile } from 'node:fs/promises';

/** What must be the same for a run to go on with another's days. */
const SAME = ['benchmark', 'machine', 'engine', 'data', 'plan'];
const DIGITS = 6;

const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The cases in the file; none when there is no file. It must be of the same plan, data and engine. */
export async function readCases(file, like) {
  let report;
  try {
    report = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw new Error(`--json: ${file} cannot be gone on with: ${error.message}`, { cause: error });
  }
  for (const part of SAME)
    if (!isSame(report[part], like[part]))
      throw new Error(`--json: ${file} is of another ${part}: name another file, or remove it`);
  return report.cases;
}

/** Figures to as many digits as mean something. */
const rounded = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;

/** The report as text: a line for each day of each case. */
export function textOf({ cases, ...report }) {
  const caseText = ({ days, ...key }) =>
    `{${JSON.stringify(key).slice(1, -1)},"days":[\n` +
    `${days.map((day) => JSON.stringify(day, rounded)).join(',\n')}\n]}`;
  const head = JSON.stringify(report, rounded, 2).slice(0, -2);
  return `${head},\n  "cases": [\n${cases.map(caseText).join(',\n')}\n]}\n`;
}

export async function writeReport(file, report) {
  await writeFile(`${file}.new`, textOf(report));
  await rename(`${file}.new`, file);
}
