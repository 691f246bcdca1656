// Bundles lib/, which tsc has made, into dist/: one bundle per kind of runtime, from the same
// modules, with #runtime and #files resolved by the conditions that the package's exports use.
// Third-party code comes along, and its licences in THIRD-PARTY-LICENSES.txt, after those of the
// engine's own parts, which are the files that the command line names.
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rollup } from 'rollup';
import dts from 'rollup-plugin-dts';
import license from 'rollup-plugin-license';
import { BUNDLES, TYPES } from './entries.mjs';
import { makePage } from './page.mjs';

const root = new URL('..', import.meta.url);
process.chdir(root.pathname);

/** The packages that are in a bundle, by name and version. */
const bundled = new Map();
const gatherLicenses = () =>
  license({
    thirdParty: (packages) => {
      for (const it of packages) bundled.set(`${it.name} ${it.version}`, it);
    },
  });

/** Where document is simulated, rollup's own form asks it instead of __filename. */
const importMetaInCjs = {
  name: 'import-meta-in-cjs',
  resolveImportMeta: (property, { format }) =>
    format === 'cjs' && property === 'url'
      ? "require('node:url').pathToFileURL(__filename).href"
      : null,
};

/** Any warning is an error, but for those about what third parties do among themselves. */
const stop = ({ message, ids, id = '' }) => {
  if (!(ids ?? [id]).every((it) => it.includes('node_modules')))
    throw new Error(`rollup: ${message}`);
};

/** What Node itself brings under its older name, as prom-client asks for it; and an optional peer. */
const OUTSIDE = [/^node:/, /^util$/, /^@opentelemetry\/api$/, /\.wasm$/];

async function bundle({ platform, conditions, entries, formats, beside = {} }) {
  const others = new Map(Object.entries(beside).map(([from, to]) => [path.resolve(from), to]));
  const build = await rollup({
    input: entries,
    external: (id) => others.has(id) || OUTSIDE.some((it) => it.test(id)),
    plugins: [
      nodeResolve({ exportConditions: conditions, preferBuiltins: false }),
      // As Node has it: lib/ runs unbundled too.
      commonjs({ defaultIsModuleExports: true }),
      importMetaInCjs,
      gatherLicenses(),
    ],
    onwarn: stop,
  });
  for (const [format, ending] of formats)
    await build.write({
      dir: 'dist',
      format,
      exports: 'named',
      paths: { util: 'node:util', ...Object.fromEntries(others) },
      entryFileNames: `[name].${ending}`,
      chunkFileNames: `${platform}-[hash].${ending}`,
    });
  await build.close();
}

async function bundleTypes(ending) {
  const build = await rollup({
    input: TYPES,
    plugins: [dts()],
    external: [/^node:/],
    onwarn: stop,
  });
  await build.write({
    dir: 'dist',
    banner: '/// <reference lib="esnext.disposable" />',
    entryFileNames: `[name].d.${ending}`,
    chunkFileNames: `types-[hash].d.${ending}`,
  });
  await build.close();
}

async function writeLicenses(files) {
  const parts = [
    'damask brings code of others along, under these licences.\n',
    ...(await Promise.all(files.map((file) => readFile(file, 'utf8')))),
  ];
  for (const [name, { license: kind, licenseText }] of [...bundled].sort()) {
    if (!licenseText) throw new Error(`${name} (${kind}) brings no text of its licence`);
    parts.push(`${name} (${kind})\n\n${licenseText}`);
  }
  await writeFile('THIRD-PARTY-LICENSES.txt', parts.join(`\n${'-'.repeat(80)}\n\n`));
}

await rm('dist', { recursive: true, force: true });
for (const it of BUNDLES) await bundle(it);
for (const ending of ['ts', 'cts']) await bundleTypes(ending);
await makePage('dist/page', [gatherLicenses()]);
await writeLicenses(process.argv.slice(2));
