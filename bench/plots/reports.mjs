// What the benchmarks found: docs/benchmarks/<benchmark>-<data>.json, or <benchmark>.json.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('../../docs/benchmarks', import.meta.url));

/** Every report with its file's name, small data first. */
export async function readReports(folder = FOLDER) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const reports = await Promise.all(
    files.map(async (file) => ({
      name: path.basename(file, '.json'),
      ...JSON.parse(await readFile(path.join(folder, file), 'utf8')),
    })),
  );
  const size = ({ data }) => data?.vectors ?? 0;
  return reports.sort((a, b) => size(a) - size(b) || (a.name < b.name ? -1 : 1));
}

export const ofKind = (reports, benchmark) =>
  reports.filter((report) => report.benchmark === benchmark);

/** What damask's own runs of a report used. */
export const instructionSetOf = ({ runs = [] }) =>
  runs.find(({ side, instructionSet }) => side?.startsWith('damask') && instructionSet)
    ?.instructionSet;

/** The measured point with the lowest p50 that reaches a recall; undefined when none does. */
export function fastestAt(points = [], recall) {
  return points
    .filter((point) => point.recall >= recall && point.p50Us > 0)
    .sort((a, b) => a.p50Us - b.p50Us)[0];
}

/** The points that no other beats in both recall and p50, by recall. */
export function front(points) {
  const kept = [];
  for (const point of [...points].sort((a, b) => b.recall - a.recall || a.p50Us - b.p50Us))
    if (kept.length === 0 || point.p50Us < kept.at(-1).p50Us) kept.push(point);
  return kept.reverse();
}
