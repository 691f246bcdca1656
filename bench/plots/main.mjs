// Tables and pictures of what the benchmarks found:
//   toolchains/bootstrap bench plots [-- --folder DIR --document FILE]
// reads docs/benchmarks/*.json, writes the pictures beside them and the tables into docs/benchmarks.md.
import { readFile, rm, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chartsOf, partsOf } from './build.mjs';
import { withParts } from './document.mjs';
import { FOLDER, readReports } from './reports.mjs';
import { render } from './render.mjs';

const { values: given } = parseArgs({
  options: {
    folder: { type: 'string', default: FOLDER },
    document: {
      type: 'string',
      default: fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url)),
    },
  },
});

const reports = await readReports(given.folder);
const charts = chartsOf(reports);
for (const file of await readdir(given.folder))
  if (file.endsWith('.svg') && !(path.basename(file, '.svg') in charts))
    await rm(path.join(given.folder, file));
for (const [name, spec] of Object.entries(charts)) {
  await writeFile(path.join(given.folder, `${name}.svg`), await render(spec));
  console.log(`wrote ${name}.svg`);
}
const text = await readFile(given.document, 'utf8');
await writeFile(given.document, withParts(text, partsOf(reports)));
console.log(`wrote the tables of ${reports.length} reports`);
