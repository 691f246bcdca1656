// Chromium and Firefox, headless: from a bundle that Vite makes, and without one, by an import map.
import { createServer } from 'node:http';
import { once } from 'node:events';
import puppeteer from 'puppeteer-core';
import sirv from 'sirv';
import { build } from 'vite';
import { inScratch } from './scratch.mjs';

const BACKENDS = ['wasm-simd', 'wasm-scalar'];

async function bundle(app) {
  const outDir = inScratch(`vite-${process.pid}`);
  await build({
    root: `${app}/browser`,
    base: './',
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, rollupOptions: { input: `${app}/browser/bundled.html` } },
    worker: { format: 'es' },
  });
  return outDir;
}

async function serve(folder) {
  const server = createServer(sirv(folder, { dev: true })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

async function visit(browser, version, kind, url, table) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  const rows = (name) => page.evaluate((it) => window.rows(it), name);
  for (const name of ['page', 'page worker'])
    for (const [i, row] of (await rows(name)).entries())
      table.add(`${version}, ${kind}, ${name}`, row, BACKENDS[i]);
  for (const { info, cases, difference } of await rows('worker: true'))
    table.addCheck(`${version}, ${kind}, worker: true`, info, difference, `${cases} cases`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  await page.close();
}

async function replayInBrowser(name, browserName, executablePath, args, app, table) {
  const browser = await puppeteer.launch({ browser: browserName, executablePath, args });
  try {
    const version = `${name} ${/\d+\.\d+/.exec(await browser.version())[0]}`;
    for (const [kind, folder, page] of [
      ['bundled', await bundle(app), 'bundled.html'],
      ['import map', app, 'browser/unbundled.html'],
    ]) {
      const { server, origin } = await serve(folder);
      await visit(browser, version, kind, `${origin}/${page}`, table);
      server.closeAllConnections();
      server.close();
    }
  } finally {
    await browser.close();
  }
}

/** Chromium refuses to run its sandbox as root. */
export const chromium = (app, table) =>
  replayInBrowser(
    'Chromium',
    'chrome',
    process.env.DAMASK_CHROMIUM ?? '/usr/bin/chromium',
    process.getuid() === 0 ? ['--no-sandbox'] : [],
    app,
    table,
  );

/** Over WebDriver BiDi. */
export const firefox = (app, table) =>
  replayInBrowser(
    'Firefox',
    'firefox',
    process.env.DAMASK_FIREFOX ?? '/usr/bin/firefox-esr',
    [],
    app,
    table,
  );
