// The dashboard's page in Chromium: what a person sees, by mouse, by keyboard and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDashboard } from '../../../js/lib/dashboard/index.js';
import { action, FakeStore, sample, serve, TOKEN } from '../../../js/test/dashboard_support.mjs';
import { random } from '../../../js/test/support.mjs';
import { launch, picturePath, visit } from './browser.mjs';

const SEED = Number(process.env.DAMASK_SEED ?? 3);
const STEP_MS = 30_000;
const SCREENS = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** An hour of a store that wore out and was mended. */
function lived(now = Date.now()) {
  const store = new FakeStore();
  const next = random(SEED);
  for (let i = 0; i < 120; i += 1)
    store.history.push(sample(now - (120 - i) * STEP_MS, i < 80 ? i / 130 : 0.05, next));
  store.actions = [
    action(now - 40 * STEP_MS),
    action(now - 20 * STEP_MS, {
      kind: 'repair',
      outcome: 'rolled-back',
      message: 'it got slower',
    }),
    action(now - 5 * STEP_MS, {
      kind: 'rebuild',
      outcome: 'suggested',
      after: undefined,
      cost: undefined,
    }),
  ];
  return store;
}

async function open(t, store, { withToken = true, ...options } = {}, served = {}) {
  t.diagnostic(`DAMASK_SEED=${SEED}`);
  const { pageUrl, url } = await serve(t, store, { title: 'agent-patterns', ...served });
  const visited = await visit(t, browser, withToken ? pageUrl : url, options);
  return { ...visited, url };
}

const live = (page) => page.getByText('live', { exact: true }).waitFor();
const tile = (page, name) =>
  page
    .locator('.tile')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .allInnerTexts();

for (const [name, viewport] of Object.entries(SCREENS))
  for (const colorScheme of ['light', 'dark'])
    test(`${name}, ${colorScheme}: everything is there, and nothing is cut off`, async (t) => {
      const store = lived();
      const { page, requests, problems, url } = await open(t, store, { viewport, colorScheme });
      await live(page);
      assert.equal(await page.locator('html').getAttribute('data-theme'), colorScheme);
      const newest = store.history.at(-1);
      assert.deepEqual(await tile(page, 'Patterns'), ['12,000', 'cosine, graph']);
      const [recall, trials] = await tile(page, 'Recall, estimated');
      assert.equal(recall, `${(newest.recall.value * 100).toFixed(1)}%`);
      assert.match(trials, /95% interval .* 412 trials/);
      assert.equal(await page.locator('.chart canvas:visible').count(), 6);
      assert.equal(await page.locator('tbody tr').count(), 3);
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(scrolled, viewport.width);
      const cut = await page.locator('main *:visible').evaluateAll((elements) =>
        elements
          .filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0)
          .filter((it) => getComputedStyle(it).overflowX === 'hidden')
          .map((it) => it.className),
      );
      assert.deepEqual(cut, []);
      for (const it of requests) assert.ok(it.startsWith(url), it);
      assert.deepEqual(problems, []);
      await page.screenshot({ path: picturePath(`${name}-${colorScheme}`), fullPage: true });
    });

test('what was not measured says so, and nothing is drawn of it', async (t) => {
  const store = new FakeStore();
  store.stats = { count: 0, slots: 0, indexType: 'flat' };
  const { page, problems } = await open(t, store);
  await live(page);
  for (const name of ['Recall, estimated', 'Search, median', 'Searches per second', 'Unreachable'])
    assert.deepEqual(await tile(page, name), ['not measured yet'], name);
  assert.equal(await page.getByText('Not measured yet.').filter({ visible: true }).count(), 4);
  assert.equal(await page.locator('.chart canvas:visible').count(), 2);
  await page.getByText('Nothing was done for the store yet').waitFor();
  assert.deepEqual(problems, []);
});

test('the page follows the store, and says what is wrong and what to do', async (t) => {
  const store = lived();
  const { page } = await open(t, store);
  await live(page);
  await page.getByText('The store is well').waitFor();
  store.health_ = {
    state: 'critical',
    reasons: [{ code: 'WRITING_ENDED', message: 'a write failed: ENOSPC <b>no space</b>' }],
  };
  store.stats = { count: 12_345 };
  store.tell({ kind: 'state' });
  await page.getByText('The store does not do what it is for').waitFor();
  await page.getByText('A write failed: ENOSPC <b>no space</b>.').waitFor();
  await page.getByText(/What to do: see that the disk has room/).waitFor();
  assert.deepEqual((await tile(page, 'Patterns'))[0], '12,345');
  await page.getByRole('status').filter({ hasText: 'What to do' }).waitFor();
});

test('by the token, healing is asked for and its outcome shown; it leaves the address', async (t) => {
  const store = lived();
  const { page } = await open(t, store);
  await live(page);
  assert.ok(!page.url().includes(TOKEN));
  const button = page.getByRole('button', { name: 'Look now and do what is needed' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByText('Done: see below.').waitFor();
  assert.deepEqual(store.asked, [['heal']]);
  await page.locator('tbody tr').nth(3).waitFor();
  await page.reload();
  await live(page);
  await page.getByRole('button', { name: 'Give back deleted space' }).click();
  await page.getByText('Done.', { exact: true }).waitFor();
  store.optimize = async () => {
    throw new Error('no');
  };
  await page.getByRole('button', { name: 'Give back deleted space' }).click();
  await page.getByText(/It was refused: /).waitFor();
});

test('without the token, and beside a writer, nothing can be pressed', async (t) => {
  const { page } = await open(t, lived(), { withToken: false });
  await live(page);
  await page.getByText('open the page by the address with the token').waitFor();
  assert.equal(await page.getByRole('button').count(), 1);
  const store = lived();
  store.writer = false;
  store.history.at(-1).state = 'degraded';
  store.history.at(-1).reasons = [{ code: 'LOW_RECALL', message: 'searches find 93%' }];
  const reader = await open(t, store);
  await live(reader.page);
  await reader.page.getByText('Something wants to be looked at').waitFor();
  await reader.page.getByText('Searches find 93%.').waitFor();
  assert.equal(await reader.page.getByRole('button').count(), 1);
});

test('a store in memory alone is healed here, and all of it is lost in a crash', async (t) => {
  const store = lived();
  Object.assign(store, { writer: false, storage: 'none' });
  const { page } = await open(t, store);
  await live(page);
  await page.getByRole('button', { name: 'Look now and do what is needed' }).waitFor();
  await page.getByText('What runs').click();
  await page.getByText('everything: the store is in memory alone').waitFor();
});

test('beyond loopback the page asks for the token', async (t) => {
  const { page } = await open(t, lived(), { withToken: false }, { host: '0.0.0.0' });
  const field = page.getByLabel(/shown to those who have its token/);
  await field.fill('not-the-right-token');
  await page.keyboard.press('Enter');
  await page.getByText('token needed').waitFor();
  await field.fill(TOKEN);
  await page.keyboard.press('Enter');
  await live(page);
  assert.deepEqual((await tile(page, 'Patterns'))[0], '12,000');
});

test('colours are chosen by hand, and kept', async (t) => {
  const { page } = await open(t, lived(), { colorScheme: 'light' });
  await live(page);
  const shown = () => page.locator('html').getAttribute('data-theme');
  for (const [name, theme] of [
    ['auto', 'light'],
    ['light', 'light'],
    ['dark', 'dark'],
  ]) {
    const button = page.getByRole('button', { name: `Colours: ${name}` });
    await button.waitFor();
    assert.equal(await shown(), theme);
    if (name !== 'dark') await button.click();
  }
  await page.reload();
  await live(page);
  assert.equal(await shown(), 'dark');
});

test('charts tell what the pointer is on, and are told to who does not see them', async (t) => {
  const store = lived();
  const { page } = await open(t, store);
  await live(page);
  const chart = page.locator('.chart').first();
  const label = await chart.locator('[role=img]').getAttribute('aria-label');
  assert.match(label, /^Recall, estimated .* newest values: recall 98\.\d%/);
  const legend = chart.locator('.legend');
  const newest = await legend.innerText();
  const box = await chart.locator('.u-over').boundingBox();
  await page.mouse.move(box.x + 0.6 * box.width, box.y + box.height / 2);
  await page.waitForFunction(
    ([text]) => document.querySelector('.legend').innerText !== text,
    [newest],
  );
});

test('the keyboard reaches everything in order, past a link that skips the head', async (t) => {
  const { page } = await open(t, lived());
  await live(page);
  const reached = [];
  for (let i = 0; i < 5; i += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement.innerText.split('\n')[0]));
  }
  assert.deepEqual(reached, [
    'Skip to the figures',
    'Colours: auto',
    'Look now and do what is needed',
    'Give back deleted space',
    'What runs',
  ]);
});

test('a server that is gone is told, and found again', async (t) => {
  const store = lived();
  const first = await startDashboard(store, { token: TOKEN });
  const { page } = await visit(t, browser, first.pageUrl);
  await live(page);
  await first.close();
  await page.getByText('connection lost, trying again').waitFor();
  assert.deepEqual((await tile(page, 'Patterns'))[0], '12,000');
  store.stats = { count: 777 };
  await serve(t, store, { port: Number(new URL(first.url).port) });
  await live(page);
  await page.getByText('777', { exact: true }).waitFor();
});
