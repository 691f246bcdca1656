// Chromium and Firefox, headless, with a page that is alone in its process group, for a finer clock.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { resolve } = createRequire(new URL('../../tests/runtimes/package.json', import.meta.url));
const installed = async (name) => (await import(pathToFileURL(resolve(name)))).default;

const ALONE = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const BROWSERS = {
  chromium: {
    browser: 'chrome',
    executablePath: process.env.DAMASK_CHROMIUM ?? '/usr/bin/chromium',
    // It refuses to run its sandbox as root.
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  },
  firefox: {
    browser: 'firefox',
    executablePath: process.env.DAMASK_FIREFOX ?? '/usr/bin/firefox-esr',
  },
};

/** Serves the checkout and lets `work` have the address. */
async function whileServed(work) {
  const sirv = await installed('sirv');
  const setHeaders = (response) => {
    for (const [name, value] of Object.entries(ALONE)) response.setHeader(name, value);
  };
  const server = createServer(sirv(root, { dev: true, setHeaders })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** `settings` name files below the checkout. */
export async function measureInBrowser(name, settings) {
  const puppeteer = await installed('puppeteer-core');
  const protocolTimeout = 600_000;
  const browser = await puppeteer.launch({ ...BROWSERS[name], protocolTimeout });
  try {
    return await whileServed(async (origin) => {
      const page = await browser.newPage();
      const problems = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      await page.goto(`${origin}/bench/targets/page.html`);
      await page.waitForFunction('window.measure').catch((error) => {
        throw new Error([error.message, ...problems].join('; '));
      });
      const served = (file) => `${origin}/${file.slice(root.length)}`;
      const { snapshot, queries } = settings;
      const paths = { snapshot: served(snapshot), queries: served(queries) };
      const version = /\d+\.\d+/.exec(await browser.version())[0];
      return {
        version,
        ...(await page.evaluate((it) => window.measure(it), { ...settings, ...paths })),
      };
    });
  } finally {
    await browser.close();
  }
}
