// Makes the dashboard's page of lib/dashboard/page and its files beside the sources: page.mjs makes
// lib/page, where lib/ looks for it, and bundle.mjs makes dist/page.
import nodeResolve from '@rollup/plugin-node-resolve';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rollup } from 'rollup';

const SOURCES = 'src/dashboard/page';
const STYLES = [
  'node_modules/uplot/dist/uPlot.min.css',
  `${SOURCES}/page.css`,
  `${SOURCES}/narrow.css`,
];

export async function makePage(folder, plugins = []) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const build = await rollup({
    input: 'lib/dashboard/page/main.js',
    plugins: [nodeResolve({ browser: true, exportConditions: ['browser', 'import'] }), ...plugins],
    onwarn: ({ message }) => {
      throw new Error(`rollup: ${message}`);
    },
  });
  await build.write({ file: `${folder}/page.js`, format: 'es' });
  await build.close();
  const styles = await Promise.all(STYLES.map((it) => readFile(it, 'utf8')));
  await writeFile(`${folder}/page.css`, styles.join('\n'));
  for (const name of ['index.html', 'icon.svg'])
    await copyFile(`${SOURCES}/${name}`, `${folder}/${name}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.chdir(path.join(new URL('.', import.meta.url).pathname, '..'));
  await makePage('lib/page');
}
