// What a dashboard answers: its API, its events, and that it leaves nothing behind.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startDashboard } from '../lib/dashboard/index.js';
import { ask, bearer, follow } from './dashboard_http.mjs';
import { action, FakeStore, sample, serve, TOKEN } from './dashboard_support.mjs';
import { backends, openOn, patterns, scratch } from './open_support.mjs';

const DIMENSION = 8;

function client(url) {
  return async (method, path, body) => {
    const answer = await ask(url, path, { method, headers: bearer, body });
    return { status: answer.status, ...answer.body };
  };
}

test('patterns are stored, found, given back and deleted', async (t) => {
  const [backend] = backends;
  const store = await openOn(backend, { dimension: DIMENSION, storagePath: await scratch(t) });
  const send = client((await serve(t, store)).url);
  const some = patterns(30, DIMENSION).map((it) => ({ ...it, embedding: [...it.embedding] }));
  for (const { id, ...fields } of some)
    assert.deepEqual(await send('PUT', `/api/patterns/${id}`, fields), { status: 200, id });
  const { query, options } = { query: some[3].embedding, options: { k: 3, withEmbedding: true } };
  const found = await send('POST', '/api/search', { query, options });
  const { results: expected, report } = await store.searchWithReport(query, options);
  assert.deepEqual(
    found.results.map(({ pattern, score }) => [pattern.id, score, pattern.embedding]),
    expected.map(({ pattern, score }) => [pattern.id, score, [...pattern.embedding]]),
  );
  assert.deepEqual(found.report, report);
  const given = await send('GET', '/api/patterns/pattern-5');
  assert.equal(given.content, 'content of 5');
  assert.equal(given.embedding.length, DIMENSION);
  assert.equal((await send('GET', '/api/stats')).count, 30);
  assert.deepEqual(await send('DELETE', '/api/patterns/pattern-5'), { status: 200, deleted: true });
  assert.deepEqual(await send('DELETE', '/api/patterns/pattern-5'), {
    status: 200,
    deleted: false,
  });
  assert.equal((await send('GET', '/api/patterns/pattern-5')).error.code, 'NOT_FOUND');
  assert.equal((await send('POST', '/api/optimize')).status, 200);
  assert.equal((await send('GET', '/api/health')).state, 'healthy');
  assert.deepEqual(await send('POST', '/api/heal'), { status: 200, actions: [] });
  assert.deepEqual(await send('GET', '/api/actions'), { status: 200, actions: [] });
  assert.deepEqual((await send('GET', '/api/history')).history, await store.healthHistory());
  await store.shutdown();
  const { status, error } = await send('GET', '/api/stats');
  assert.deepEqual([status, error.code], [503, 'DISPOSED']);
});

test('ids of every kind go through the address', async (t) => {
  const store = new FakeStore();
  const send = client((await serve(t, store)).url);
  for (const id of ['a/b', '..', '%2e%2e', 'ä€😀', 'a?b#c', ' ', '__proto__']) {
    const path = `/api/patterns/${encodeURIComponent(id)}`;
    const fields = { type: '', domain: '', content: id, embedding: [1, 2] };
    assert.deepEqual(await send('PUT', path, fields), { status: 200, id });
    assert.equal((await send('GET', path)).content, id);
  }
  assert.equal((await send('GET', '/api/patterns/%E4')).error.code, 'INVALID_ARGUMENT');
  assert.equal((await send('GET', '/api/patterns/')).error.code, 'INVALID_ARGUMENT');
  const other = await send('PUT', '/api/patterns/a', { id: 'b', embedding: [1] });
  assert.match(other.error.message, /pattern.id differs/);
});

test('errors have the status of what they are', async (t) => {
  const store = new FakeStore();
  const errors = [];
  const { url } = await serve(t, store, { onError: (error) => errors.push(error) });
  const send = client(url);
  const outcome = ({ status, error }) => `${status} ${error.code}`;
  assert.equal(outcome(await send('POST', '/api/search', { query: 'x' })), '400 INVALID_ARGUMENT');
  const unknown = await send('POST', '/api/search', { query: [1], k: 5 });
  assert.match(unknown.error.message, /unknown field "k"; known are query, options/);
  store.writer = false;
  const fields = { type: '', domain: '', content: '', embedding: [1] };
  assert.equal(outcome(await send('PUT', '/api/patterns/a', fields)), '403 READ_ONLY');
  store.optimize = async () => {
    throw new TypeError('a secret of the server');
  };
  const broken = await send('POST', '/api/optimize');
  assert.equal(outcome(broken), '500 INTERNAL');
  assert.doesNotMatch(broken.error.message, /secret/);
  assert.match(errors[0].message, /a secret/);
});

test('healing stops when whoever asked for it is gone', async (t) => {
  const store = new FakeStore();
  const stopped = new Promise((resolve) => {
    store.heal = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          resolve();
          reject(signal.reason);
        });
      });
  });
  const { url } = await serve(t, store);
  const gone = new AbortController();
  const asked = fetch(`${url}api/heal`, { method: 'POST', headers: bearer, signal: gone.signal });
  await new Promise((resolve) => setTimeout(resolve, 50));
  gone.abort();
  await assert.rejects(asked);
  await stopped;
});

test('a page gets everything at first, and then what is new', async (t) => {
  const store = new FakeStore();
  store.history = [sample(1000, 0), sample(2000, 0.1)];
  store.actions = [action(1500)];
  const { url } = await serve(t, store, { title: 'mine' });
  const { response, next } = await follow(t, url);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  const first = await next();
  assert.equal(first.event, 'view');
  assert.equal(first.data.title, 'mine');
  assert.deepEqual(first.data.history, store.history);
  assert.deepEqual(first.data.actions, store.actions);
  assert.equal(first.data.stats.count, 12_000);
  store.history.push(sample(3000, 0.2));
  store.actions.push(action(2500, { kind: 'repair' }));
  store.stats = { count: 12_001 };
  store.tell({ kind: 'action', action: store.actions[1] });
  const { event, data } = await next();
  assert.equal(event, 'update');
  assert.deepEqual(data.history, [store.history[2]]);
  assert.deepEqual(data.actions, [store.actions[1]]);
  assert.equal(data.size.count, 12_001);
});

test('a history that begins anew is told whole', async (t) => {
  const store = new FakeStore();
  store.history = [sample(1000, 0), sample(2000, 0.1)];
  const { next } = await follow(t, (await serve(t, store)).url);
  await next();
  store.history = [sample(500, 0)];
  store.tell({ kind: 'state' });
  const { event, data } = await next();
  assert.equal(event, 'view');
  assert.deepEqual(data.history, store.history);
});

test('a store that cannot be looked at is told, and so is that it can again', async (t) => {
  const store = new FakeStore();
  const { next } = await follow(t, (await serve(t, store)).url);
  assert.equal((await next()).data.problem, undefined);
  store.broken = new Error('the disk is gone');
  store.tell({ kind: 'state' });
  assert.equal((await next()).data.problem, 'the disk is gone');
  store.broken = undefined;
  store.tell({ kind: 'state' });
  const { data } = await next();
  assert.equal(data.problem, undefined);
  assert.equal(data.stats.count, 12_000);
});

test('a reader beside the writer sees what the writer stores', async (t) => {
  const storagePath = await scratch(t);
  const writer = await openOn('native', { dimension: DIMENSION, storagePath });
  const some = patterns(3, DIMENSION);
  await writer.storePattern(some[0]);
  const reader = await openOn('wasm-simd', { storagePath, readOnly: true });
  const { url } = await serve(t, reader, { intervalMs: 100 });
  const { next } = await follow(t, url);
  assert.equal((await next()).data.stats.count, 1);
  await writer.storeBatch(some.slice(1));
  let count = 1;
  while (count < 3) count = (await next()).data.stats.count;
  assert.equal(count, 3);
  const refused = await ask(url, '/api/optimize', { method: 'POST', headers: bearer });
  assert.equal(`${refused.status} ${refused.body.error.code}`, '403 READ_ONLY');
  await Promise.all([reader.shutdown(), writer.shutdown()]);
});

test('so many pages follow at once and no more', async (t) => {
  const { url } = await serve(t, new FakeStore());
  for (let i = 0; i < 32; i += 1) await (await follow(t, url)).next();
  const { status, body } = await ask(url, '/events');
  assert.equal(`${status} ${body.error.code}`, '503 TOO_MANY_PAGES');
});

test('closing ends the pages, and leaves the store open and alone', async (t) => {
  const store = new FakeStore();
  const dashboard = await startDashboard(store, { token: TOKEN });
  const { next } = await follow(t, dashboard.url);
  await next();
  assert.equal(store.listeners, 1);
  await dashboard.close();
  assert.equal(store.listeners, 0);
  assert.equal(await next().catch(() => undefined), undefined);
  await assert.rejects(ask(dashboard.url, '/'), /ECONNREFUSED/);
  assert.equal((await store.getStats()).count, 12_000);
});
