// Prints what each part of an unpacked package weighs, raw and compressed as a server would send it,
// and refuses an engine for browsers that is too heavy: sizes.mjs FOLDER
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes, gzipped, of the module with SIMD and its glue. */
const MAX_ENGINE = 350_000;

const folder = process.argv[2];
const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter((it) => it.isFile())
  .map((it) => path.relative(folder, path.join(it.parentPath ?? it.path, it.name)));

/** Raw and gzipped bytes of the files that match. */
async function weigh(pattern) {
  const chosen = files.filter((it) => pattern.test(it));
  if (chosen.length === 0) throw new Error(`the package has no ${pattern}`);
  const bytes = await Promise.all(chosen.map((it) => readFile(path.join(folder, it))));
  const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
  return {
    raw: sum(bytes.map((it) => it.length)),
    gzipped: sum(bytes.map((it) => gzipSync(it, { level: 9 }).length)),
  };
}

const parts = [
  ['wasm-simd: module and glue', /^wasm\/simd\//],
  ['wasm-scalar: module and glue', /^wasm\/scalar\//],
  ...files.filter((it) => it.endsWith('.node')).map((it) => [it, new RegExp(`^${it}$`)]),
  ['JavaScript for Node, Deno, Bun', /^dist\/(node|native)[^/]*\.js$/],
  ['JavaScript for require()', /^dist\/.*\.cjs$/],
  ['JavaScript for browsers, glue included', /^dist\/(web|worker)(-[^/]*)?\.js$/],
  ['JavaScript for workerd, glue included', /^dist\/workerd[^/]*\.js$/],
  ['the dashboard: server, command and page', /^dist\/(dashboard\.js|cli\.js|page\/)/],
  ['declarations', /\.d\.c?ts$/],
  ['licences of others', /^THIRD-PARTY/],
  ['everything', /./],
];
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(12);
console.log(`${'part'.padEnd(40)}${'raw'.padStart(12)}${'gzipped'.padStart(12)}`);
for (const [name, pattern] of parts) {
  const { raw, gzipped } = await weigh(pattern);
  console.log(name.padEnd(40) + kilobytes(raw) + kilobytes(gzipped));
}
const engine = await weigh(/^wasm\/simd\//);
if (engine.gzipped > MAX_ENGINE)
  throw new Error(`wasm-simd: ${engine.gzipped} bytes gzipped are more than ${MAX_ENGINE}`);
