import { chromium } from 'playwright-core';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const CHROMIUM = process.env['DAMASK_CHROMIUM'] ?? '/usr/bin/chromium';
const PICTURES = fileURLToPath(new URL('../../../build/dashboard/', import.meta.url));

/** Starts Debian's Chromium. In a container it has no sandbox of its own. */
export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

/** Where a picture of the page goes, for people to look at. */
export const picturePath = (name) => path.join(PICTURES, `${name}.png`);

/** Opens a page with nothing stored. `requests` are what it asked for, `problems` what it complained of. */
export async function visit(t, browser, url, options = {}) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const requests = [];
  const problems = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  await page.goto(url);
  return { page, requests, problems };
}
