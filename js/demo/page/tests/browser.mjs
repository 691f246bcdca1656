import assert from 'node:assert/strict';

import { chromium } from 'playwright-core';

const CHROMIUM = process.env['DAMASK_CHROMIUM'] ?? '/usr/bin/chromium';

/** Starts Debian's Chromium. In a container it has no sandbox of its own. */
export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/**
 * Opens the page as a visitor of its own would, with nothing stored. `requests` are the addresses
 * that it asked for; `problems` what it said on the console or threw.
 */
export async function visit(browser, url, { hash = '', ...options } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests = [];
  const problems = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  await page.goto(url + hash);
  return { context, page, requests, problems };
}

/** Waits for both engines, the store's and the model's. */
export async function untilReady(page) {
  await page.getByText(/^(fetched|opened) [\d,]+ tests/).waitFor();
  await page.getByText('model ready').waitFor();
}

/** Asks as a person does, and waits for the answer. */
export async function ask(page, question) {
  await page.getByRole('searchbox').fill(question);
  await page.keyboard.press('Enter');
  await page.waitForURL(
    (url) => new URLSearchParams(url.hash.slice(1)).get('q') === question.trim(),
  );
  await settled(page);
}

/** Waits for the results that the address asks for. */
export async function settled(page) {
  await page.locator('#results:not([aria-busy])').waitFor();
}

/** Ids and scores of the hits shown, best first. */
export function shownHits(page) {
  return page.locator('.hits > li').evaluateAll((items) =>
    items.map((item) => ({
      id: item.dataset.id,
      score: Number(item.querySelector('.score').textContent),
    })),
  );
}

/** Checks that the hits shown are those of a search under Node, with the scores that it gave. */
export async function assertShows(page, expected) {
  const shown = await shownHits(page);
  assert.deepEqual(
    shown.map(({ id }) => id),
    expected.map(({ pattern }) => pattern.id),
  );
  shown.forEach(({ score }, rank) => {
    assert.ok(Math.abs(score - expected[rank].score) < 1e-3, `rank ${rank + 1}: ${score}`);
  });
}

/** Moves a finger up from the middle of an element; returns by how much that scrolled the page. */
export async function swipeUp(page, locator) {
  const box = await locator.boundingBox();
  const session = await page.context().newCDPSession(page);
  const [x, y, steps] = [box.x + box.width / 2, box.y + box.height / 2, 10];
  const touch = (type, ...touchPoints) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  const before = await page.evaluate(() => scrollY);
  await touch('touchStart', { x, y });
  for (let step = 1; step <= steps; step += 1) {
    await touch('touchMove', { x, y: y - (step * box.height) / (3 * steps) });
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await touch('touchEnd');
  return (await page.evaluate(() => scrollY)) - before;
}

/** How many pixels of the map have the colour of hits. */
export function litPixels(page) {
  return page.evaluate(() => {
    const map = document.getElementById('map');
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [map.clientWidth, map.clientHeight];
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.fillStyle = getComputedStyle(map).getPropertyValue('--map-hit');
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    context.clearRect(0, 0, 1, 1);
    for (const canvas of map.querySelectorAll('canvas')) {
      context.drawImage(canvas, 0, 0, copy.width, copy.height);
    }
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let lit = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) lit += 1;
    }
    return lit;
  });
}
