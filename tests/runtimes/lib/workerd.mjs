// workerd, through miniflare, with a bundle as wrangler makes one: the modules are imported
// statically and compiled before the worker starts.
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inFreshFolder } from './scratch.mjs';
import { programOf, versionOf } from './processes.mjs';

const BACKENDS = ['wasm-simd', 'wasm-scalar'];

async function bundle(app, outdir) {
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
  // The worker starts with the first.
  return modules.sort((a, b) => (a.type < b.type ? 1 : -1));
}

async function ask(server, path) {
  const query = BACKENDS.map((it) => `backend=${it}`).join('&');
  const response = await server.dispatchFetch(`http://localhost${path}?${query}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

export const workerd = (app, table) =>
  inFreshFolder(async (modulesRoot) => {
    const modules = await bundle(app, modulesRoot);
    const server = new Miniflare({
      modules,
      modulesRoot,
      compatibilityDate: '2026-01-01',
      r2Buckets: ['PATTERNS'],
    });
    try {
      const version = await versionOf(programOf('.bin/workerd'));
      for (const [i, row] of (await ask(server, '/')).entries())
        table.add(`workerd ${version}, module imported`, row, BACKENDS[i]);
      for (const { info, difference, answer } of await ask(server, '/kept'))
        table.addCheck(`workerd ${version}, R2`, info, difference, answer.split(':')[0]);
    } finally {
      await server.dispose();
    }
  });
