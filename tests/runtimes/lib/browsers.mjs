// Chromium and Firefox, headless: from a bundle that Vite makes, and without one, by an import map.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import puppeteer from 'puppeteer-core';
import sirv from 'sirv';
import { build } from 'vite';
import { inFreshFolder } from './scratch.mjs';

const BACKENDS = ['wasm-simd', 'wasm-scalar'];

async function bundle(app, outDir) {
  await build({
    root: `${app}/browser`,
    base: './',
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, rollupOptions: { input: `${app}/browser/bundled.html` } },
    worker: { format: 'es' },
  });
}

/** Lets `work` have the address of a server of a folder. */
async function whileServed(folder, work) {
  const server = createServer(sirv(folder, { dev: true })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function visit(browser, where, url, table) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.goto(url);
  const rows = (name) => page.evaluate((it) => window.rows(it), name);
  for (const name of ['page', 'page worker'])
    for (const [i, row] of (await rows(name)).entries())
      table.add(`${where}, ${name}`, row, BACKENDS[i]);
  for (const { info, cases, difference } of await rows('worker: true'))
    table.addCheck(`${where}, worker: true`, info, difference, `${cases} cases`);
  await visitStorage(page, where, table);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  await page.close();
}

/** OPFS, and then IndexedDB, as in a browser that cannot write to OPFS. */
async function visitStorage(page, where, table) {
  const kept = (backend, kind) => page.evaluate((...args) => window.kept(...args), backend, kind);
  for (const kind of ['opfs', 'indexeddb'])
    for (const backend of BACKENDS)
      for (const [i, { info, difference, answer }] of (await kept(backend, kind)).entries()) {
        const wrong = info.storage === kind ? undefined : `kept in ${info.storage}`;
        const count = Number(answer.split(':')[0]);
        const lost = count === 24 * (i + 1) ? undefined : `${count} patterns are there`;
        const told = info.features.includes('worker') ? `${kind}, worker: true` : kind;
        table.addCheck(`${where}, ${told}`, info, difference ?? wrong ?? lost, `${count} patterns`);
      }
}

const entry = (id) => ({
  id,
  type: 't',
  domain: 'd',
  content: '',
  embedding: [1, 2, 3, id.length],
});

/** Two pages of one origin and one store: one writes and the other reads, until the first one is gone. */
async function visitTogether(browser, where, url, table) {
  for (const kind of ['opfs', 'opfs in workers', 'indexeddb']) {
    const pages = [await browser.newPage(), await browser.newPage()];
    const [writer, reader] = pages.map((page) => ({
      page,
      open: (config) => page.evaluate((it) => window.openStore(it), config),
      ask: (...args) => page.evaluate((...it) => window.askStore(...it), ...args),
      ids: () => page.evaluate(() => window.idsInStore()),
    }));
    for (const page of pages) await page.goto(url);
    const storagePath = `together-${kind.replaceAll(' ', '-')}`;
    const config = {
      storagePath,
      indexedDb: kind === 'indexeddb',
      worker: kind.endsWith('workers'),
    };
    const { info } = await writer.open({ ...config, preferredBackend: 'wasm-simd' });
    const ids = [];
    const write = async (count) => {
      for (let i = 0; i < count; ++i) {
        ids.push(`p${ids.length}`);
        await writer.ask('storePattern', entry(ids.at(-1)));
      }
    };
    await write(3);
    const told = await reader.open({ ...config, preferredBackend: 'wasm-scalar' });
    assert.equal(told.code, 'LOCKED', JSON.stringify(told));
    assert.match(told.message, /browser \(wasm-simd\)/);
    const opened = await reader.open({
      ...config,
      preferredBackend: 'wasm-scalar',
      readOnly: true,
    });
    assert.equal(opened.info?.storage, info.storage, JSON.stringify(opened));
    assert.equal((await reader.ask('clear')).code, 'READ_ONLY');
    for (const count of [1, 5, 20]) {
      await write(count);
      if (count === 5) await writer.ask('optimize');
      assert.equal((await reader.ask('refresh')).sequence, ids.length);
      assert.deepEqual(await reader.ids(), ids);
    }
    assert.equal((await reader.ask('backup', `${storagePath}-copy`)).count, ids.length);
    await reader.ask('shutdown');
    // Without a shutdown: the browser frees what a page had that is gone, in its own time.
    await writer.page.close();
    let next;
    for (let left = 100; left > 0 && (next === undefined || next.code === 'LOCKED'); --left) {
      next = await reader.open({ ...config, preferredBackend: 'wasm-scalar' });
      if (next.code === 'LOCKED') await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(next.code, undefined, next.message);
    assert.deepEqual(await reader.ids(), ids);
    await reader.ask('shutdown');
    assert.equal(
      (await reader.open({ ...config, storagePath: `${storagePath}-copy` })).code,
      undefined,
    );
    assert.deepEqual(await reader.ids(), ids);
    await reader.page.close();
    table.addCheck(`${where}, two pages, ${kind}`, info, undefined, `${ids.length} patterns`);
  }
}

async function replayInBrowser({ name, ...launch }, app, table) {
  const browser = await puppeteer.launch(launch);
  try {
    const where = `${name} ${/\d+\.\d+/.exec(await browser.version())[0]}`;
    await inFreshFolder(async (bundled) => {
      await bundle(app, bundled);
      await whileServed(bundled, (origin) =>
        visit(browser, `${where}, bundled`, `${origin}/bundled.html`, table),
      );
    });
    await whileServed(app, async (origin) => {
      await visit(browser, `${where}, import map`, `${origin}/browser/unbundled.html`, table);
      await visitTogether(browser, where, `${origin}/browser/unbundled.html`, table);
    });
  } finally {
    await browser.close();
  }
}

const CHROMIUM = {
  name: 'Chromium',
  browser: 'chrome',
  executablePath: process.env.DAMASK_CHROMIUM ?? '/usr/bin/chromium',
  // It refuses to run its sandbox as root.
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
};

/** Over WebDriver BiDi. */
const FIREFOX = {
  name: 'Firefox',
  browser: 'firefox',
  executablePath: process.env.DAMASK_FIREFOX ?? '/usr/bin/firefox-esr',
};

export const chromium = (app, table) => replayInBrowser(CHROMIUM, app, table);
export const firefox = (app, table) => replayInBrowser(FIREFOX, app, table);
