// workerd, through miniflare, with a bundle as wrangler makes one: the modules are imported
// statically and compiled before the worker starts.
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inScratch } from './scratch.mjs';
import { programOf, versionOf } from './processes.mjs';

const BACKENDS = ['wasm-simd', 'wasm-scalar'];

export async function workerd(app, table) {
  const outdir = inScratch(`workerd-${process.pid}`);
  await build({
    absWorkingDir: app,
    entryPoints: ['workerd.mjs'],
    outdir,
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker'],
    loader: { '.wasm': 'copy' },
  });
  const modules = (await readdir(outdir)).map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: path.join(outdir, name),
  }));
  // The first is where the worker starts.
  modules.sort((a, b) => (a.type < b.type ? 1 : -1));
  const server = new Miniflare({ modules, modulesRoot: outdir, compatibilityDate: '2026-01-01' });
  try {
    const query = BACKENDS.map((it) => `backend=${it}`).join('&');
    const response = await server.dispatchFetch(`http://localhost/?${query}`);
    if (!response.ok) throw new Error(await response.text());
    const version = await versionOf(programOf('.bin/workerd'));
    for (const [i, row] of (await response.json()).entries())
      table.add(`workerd ${version}, module imported`, row, BACKENDS[i]);
  } finally {
    await server.dispose();
  }
}
