import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  ask,
  assertShows,
  launch,
  litPixels,
  settled,
  shownHits,
  swipeUp,
  untilReady,
  visit,
} from './browser.mjs';
import { makeStore, picturePath, servePage } from './support.mjs';

const K = 10;
const SCREENS = {
  wide: { viewport: { width: 1280, height: 800 } },
  narrow: { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true },
};

let store, questions, served, browser, first;

before(async () => {
  ({ store, questions } = await makeStore());
  served = await servePage(store);
  browser = await launch();
  first = await visit(browser, served.url);
  await untilReady(first.page);
});

after(async () => {
  await browser?.close();
  await served?.close();
  await store?.shutdown();
});

const status = (page) => page.locator('#store-status').innerText();
const fetched = ({ requests }) => requests.filter((url) => url.endsWith('.damask')).length;

/** What a search under Node gives for the neighbours of a stored test. */
async function neighboursOf(id, filter = {}) {
  const { embedding } = await store.getPattern(id);
  const found = await store.searchSimilar(embedding, { k: K + 1, ...filter });
  return found.filter(({ pattern }) => pattern.id !== id).slice(0, K);
}

test('the first visit fetches the snapshot, from nowhere but its own server', async () => {
  assert.match(await status(first.page), /^fetched 300 tests in [\d.]+ m?s, now kept/);
  assert.equal(fetched(first), 1);
  const { origin } = new URL(served.url);
  for (const url of first.requests) {
    assert.ok(url.startsWith(origin) || /^(blob|data):/.test(url), url);
  }
  assert.deepEqual(first.problems, []);
});

test('the model gives the vectors that it gives under Node', async () => {
  for (const { text, vector } of questions) {
    const embedded = await first.page.evaluate(
      async (words) => [...(await globalThis.damask.embed(words)).vector],
      text,
    );
    const dot = embedded.reduce((sum, component, i) => sum + component * vector[i], 0);
    assert.ok(dot / Math.hypot(...embedded) / Math.hypot(...vector) > 0.9999, `${text}: ${dot}`);
  }
});

test('a question finds what Node finds, with times and the engine at work', async () => {
  const { page } = first;
  assert.equal(await litPixels(page), 0);
  for (const { text, vector } of questions) {
    await ask(page, text);
    await assertShows(page, await store.searchSimilar(vector, { k: K }));
  }
  assert.ok((await litPixels(page)) > K * 50);
  assert.match(
    await page.locator('#timing').innerText(),
    /embedded in [\d.]+ m?s\s+found in [\d.]+ m?s/,
  );
  assert.match(
    await page.locator('#engine').innerText(),
    /backend wasm-simd\s.*instruction set wasm-simd128\s.*storage opfs\s.*median in the engine \d+ µs over/s,
  );
  assert.match(await page.locator('.hits > li').first().innerText(), /\.py:\d+[\s\S]*unittest/);
});

test('an answer can be checked against exact search', async () => {
  const { page } = first;
  await ask(page, questions[1].text);
  await page.getByRole('button', { name: 'Check against exact search' }).click();
  const checked = page.locator('#checked');
  await checked.waitFor();
  assert.match(await checked.innerText(), /^recall@10 1\.00, exact search took [\d.]+ m?s$/);
});

test('filters narrow the answer, and can be taken back', async () => {
  const { page } = first;
  await ask(page, questions[0].text);
  const [{ id }] = await shownHits(page);
  const { domain } = await store.getPattern(id);
  await page.getByLabel('module').selectOption(domain);
  await page.waitForURL(/domain=/);
  await settled(page);
  const { vector } = questions[0];
  await assertShows(page, await store.searchSimilar(vector, { k: K, domain, type: 'test' }));
  await page.getByLabel('framework').selectOption('unittest');
  await page.waitForURL(/framework=unittest/);
  await settled(page);
  await assertShows(page, await store.searchSimilar(vector, { k: K, domain }));
  await page.goBack();
  await page.goBack();
  await page
    .locator('select[name=domain] option:checked', { hasText: 'any' })
    .waitFor({ state: 'attached' });
  await settled(page);
  await assertShows(page, await store.searchSimilar(vector, { k: K }));
});

test('a chosen hit shows its neighbours, and the way back', async () => {
  const { page } = first;
  const { text, vector } = questions[2];
  await ask(page, text);
  const [, { id }] = await shownHits(page);
  await page.locator('a.hit').nth(1).click();
  await page.locator(`.picked[data-id="${id}"]`).waitFor();
  await assertShows(page, await neighboursOf(id));
  await page.getByRole('link', { name: `Back to “${text}”` }).click();
  await page.locator('.picked').waitFor({ state: 'detached' });
  await assertShows(page, await store.searchSimilar(vector, { k: K }));
});

test('a point of the map can be chosen', async () => {
  const { page } = first;
  await ask(page, questions[3].text);
  const [{ id }] = await shownHits(page);
  await page.locator('a.hit').first().focus();
  const ring = await page.locator('#ring').boundingBox();
  await page.mouse.click(ring.x + ring.width / 2, ring.y + ring.height / 2);
  await page.locator(`.picked[data-id="${id}"]`).waitFor();
  await assertShows(page, await neighboursOf(id));
});

test('the keyboard is enough', async () => {
  const { page } = first;
  await ask(page, questions[0].text);
  await page.locator('body').click({ position: { x: 2, y: 2 } });
  await page.keyboard.press('/');
  await page.keyboard.type(questions[4].text);
  await page.keyboard.press('Enter');
  await page.waitForURL(/leap/);
  await settled(page);
  const [, { id }] = await shownHits(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator(`.picked[data-id="${id}"]`).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.picked').waitFor({ state: 'detached' });
  await assertShows(page, await store.searchSimilar(questions[4].vector, { k: K }));
});

test('a reload opens the store that the browser kept, and shows the same', async () => {
  const { page } = first;
  await ask(page, questions[1].text);
  const hits = await shownHits(page);
  const before = fetched(first);
  await page.reload();
  await page.locator('a.hit').first().waitFor();
  await settled(page);
  assert.match(await status(page), /^opened 300 tests from this browser in/);
  assert.deepEqual(await shownHits(page), hits);
  assert.equal(fetched(first), before);
});

test('an empty question is refused with a hint', async () => {
  const { page } = first;
  const address = page.url();
  for (const words of ['', '   ']) {
    await page.getByRole('searchbox').fill(words);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    assert.match(await page.locator('#hint').innerText(), /in a few words/);
  }
  assert.equal(await page.getByRole('searchbox').getAttribute('aria-invalid'), 'true');
  assert.equal(page.url(), address);
  await ask(page, questions[0].text);
  assert.equal(await page.locator('#hint').innerText(), '');
});

test('an address that names what is not there is told so', async () => {
  const { page } = first;
  for (const [hash, message] of [
    ['#like=no.such.test', 'There is no test “no.such.test” in this store.'],
    ['#q=heap&domain=no.such.module', 'No test has the domain “no.such.module”.'],
  ]) {
    await page.goto(served.url + hash);
    await page.locator('.failure', { hasText: message }).waitFor();
  }
  assert.deepEqual(first.problems, []);
});

test('the stored copy can be removed', async () => {
  const { page } = first;
  const before = fetched(first);
  await page.getByRole('button', { name: 'Remove the stored copy' }).click();
  await page.getByText(/^fetched 300 tests/).waitFor();
  assert.equal(fetched(first), before + 1);
});

for (const [name, options] of Object.entries(SCREENS)) {
  test(`on a ${name} screen nothing is wider than it, in light and dark`, async () => {
    const { page, context, problems } = await visit(browser, served.url, options);
    await untilReady(page);
    const look = async (state) => {
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.deepEqual(widths, [options.viewport.width, options.viewport.width]);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: picturePath(`${name}-${state}-${colorScheme}`) });
      }
    };
    await look('welcome');
    await ask(page, questions[0].text);
    await look('answer');
    await page.locator('a.hit').first().click();
    await page.locator('.picked').waitFor();
    await look('neighbours');
    assert.deepEqual(problems, []);
    await context.close();
  });
}

test('a finger on the whole map scrolls the page, and moves the map once it is magnified', async () => {
  const { page, context } = await visit(browser, served.url, SCREENS.narrow);
  await untilReady(page);
  assert.ok((await swipeUp(page, page.locator('#map'))) > 20);
  await page.getByRole('button', { name: 'Zoom in' }).tap();
  assert.equal(await swipeUp(page, page.locator('#map')), 0);
  await page.getByRole('button', { name: 'Show the whole map' }).tap();
  assert.ok((await swipeUp(page, page.locator('#map'))) > 20);
  await context.close();
});

test('a snapshot or model that cannot be fetched is told in words', async () => {
  for (const [file, place, message] of [
    ['tests.damask', '.failure', /tests\.damask: the server answered 404/],
    ['model/vocab.json', '#model-status', /the model could not be loaded: .*vocab\.json/],
  ]) {
    const context = await browser.newContext();
    await context.route(`**/${file}`, (route) => route.fulfill({ status: 404 }));
    const page = await context.newPage();
    await page.goto(served.url);
    await page.locator(place, { hasText: message }).waitFor();
    await context.close();
  }
});
