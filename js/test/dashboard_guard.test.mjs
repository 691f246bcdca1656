// Who may ask a dashboard for what.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { startDashboard } from '../lib/dashboard/index.js';
import { ask, bearer } from './dashboard_http.mjs';
import { FakeStore, serve, TOKEN } from './dashboard_support.mjs';
import { invalid, refusal } from './support.mjs';

const CHANGES = [
  ['PUT', '/api/patterns/a', { type: '', domain: '', content: '', embedding: [1, 0] }],
  ['DELETE', '/api/patterns/a'],
  ['POST', '/api/heal'],
  ['POST', '/api/optimize'],
];
const PATTERNS = [
  ['POST', '/api/search', { query: [1, 0] }],
  ['GET', '/api/patterns/a'],
];
const FIGURES = ['/api/stats', '/api/health', '/api/history', '/api/actions', '/metrics'];

const codeOf = ({ status, body }) => `${status} ${body?.error.code}`;

test('nothing is changed, and no pattern is shown, without the token', async (t) => {
  const store = new FakeStore();
  const { url } = await serve(t, store);
  const wrong = [
    {},
    { authorization: 'Bearer ' },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { authorization: `Basic ${TOKEN}` },
    { authorization: TOKEN },
  ];
  for (const [method, path, body] of [...CHANGES, ...PATTERNS])
    for (const headers of wrong) {
      const answer = await ask(url, path, { method, headers, body });
      assert.equal(codeOf(answer), '401 UNAUTHORIZED', `${method} ${path}`);
      assert.match(answer.headers['www-authenticate'], /^Bearer/);
    }
  assert.deepEqual(store.asked, []);
  for (const [method, path, body] of CHANGES)
    assert.equal((await ask(url, path, { method, headers: bearer, body })).status, 200);
  assert.deepEqual(
    store.asked.map(([it]) => it),
    ['store', 'delete', 'heal', 'optimize'],
  );
});

test('a token in the address does not count', async (t) => {
  const store = new FakeStore();
  const { url } = await serve(t, store);
  const answer = await ask(url, `/api/heal?token=${TOKEN}`, { method: 'POST' });
  assert.equal(codeOf(answer), '401 UNAUTHORIZED');
  assert.deepEqual(store.asked, []);
});

test('on loopback the figures may be seen without it', async (t) => {
  const { url } = await serve(t, new FakeStore());
  for (const path of FIGURES) assert.equal((await ask(url, path)).status, 200, path);
});

test('what a proxy may have passed on from elsewhere needs it', async (t) => {
  const { url } = await serve(t, new FakeStore());
  for (const name of ['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Real-IP']) {
    const headers = { [name]: 'for=192.0.2.1' };
    assert.equal(codeOf(await ask(url, '/metrics', { headers })), '401 UNAUTHORIZED', name);
    const allowed = await ask(url, '/metrics', { headers: { ...headers, ...bearer } });
    assert.equal(allowed.status, 200, name);
  }
  const behind = await serve(t, new FakeStore(), { allowedHosts: ['patterns.example'] });
  assert.equal(codeOf(await ask(behind.url, '/metrics')), '401 UNAUTHORIZED');
});

test('beyond loopback nothing but the empty page is seen without it', async (t) => {
  const { url } = await serve(t, new FakeStore(), { host: '0.0.0.0' });
  for (const path of [...FIGURES, '/events']) {
    assert.equal(codeOf(await ask(url, path)), '401 UNAUTHORIZED', path);
    if (path !== '/events')
      assert.equal((await ask(url, path, { headers: bearer })).status, 200, path);
  }
  for (const path of ['/', '/page.js', '/page.css', '/icon.svg'])
    assert.equal((await ask(url, path)).status, 200, path);
});

test('a host beyond loopback needs a token of its own', async () => {
  for (const host of ['0.0.0.0', '::'])
    await assert.rejects(startDashboard(new FakeStore(), { host }), invalid('needs options.token'));
});

test('a token that was not given is long, and another each time', async (t) => {
  const tokens = new Set();
  for (let i = 0; i < 3; i += 1) {
    const { token, pageUrl } = await serve(t, new FakeStore(), { token: undefined });
    assert.ok(token.length >= 32);
    assert.equal(new URL(pageUrl).hash, `#token=${token}`);
    tokens.add(token);
  }
  assert.equal(tokens.size, 3);
});

test('names that were made to point here are refused', async (t) => {
  const { url } = await serve(t, new FakeStore(), { allowedHosts: ['Proxy.example'] });
  const { port } = new URL(url);
  const status = async (host) =>
    (await ask(url, '/api/stats', { headers: { host, ...bearer } })).status;
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'LOCALHOST', 'proxy.example'])
    for (const it of [host, `${host}:${port}`]) assert.equal(await status(it), 200, it);
  for (const host of [
    ...['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example'],
    ...['127.0.0.1@evil.example', 'localhost@evil.example', '[::1', 'evil.example/127.0.0.1'],
  ])
    assert.equal(await status(host), 421, host);
  const { body } = await ask(url, '/', { headers: { host: 'evil.example' } });
  assert.equal(body.error.code, 'WRONG_HOST');
});

test('any address will do, as none can be made to point elsewhere', async (t) => {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const { url } = await serve(t, new FakeStore(), { host });
    const status = async (it) => (await ask(url, '/', { headers: { host: it } })).status;
    assert.equal(await status('192.0.2.7:80'), 200);
    assert.equal(await status('[2001:db8::1]'), 200);
    assert.equal(await status('evil.example'), 421);
  }
});

test('pages of other origins may not ask, token or not, and no answer lets them', async (t) => {
  const store = new FakeStore();
  const { url } = await serve(t, store);
  const { host } = new URL(url);
  for (const origin of ['https://evil.example', 'null', `http://${host}.evil.example`, 'file://'])
    for (const path of ['/', '/api/stats', '/api/heal']) {
      const answer = await ask(url, path, {
        ...{ method: path === '/api/heal' ? 'POST' : 'GET', headers: { ...bearer, origin } },
      });
      assert.equal(codeOf(answer), '403 WRONG_ORIGIN', `${origin} ${path}`);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  assert.deepEqual(store.asked, []);
  const own = await ask(url, '/api/heal', {
    ...{ method: 'POST', headers: { ...bearer, origin: `http://${host}` } },
  });
  assert.equal(own.status, 200);
  const preflight = await ask(url, '/api/heal', { method: 'OPTIONS', headers: bearer });
  assert.equal(codeOf(preflight), '405 METHOD_NOT_ALLOWED');
});

test('each path takes its own methods', async (t) => {
  const { url } = await serve(t, new FakeStore());
  for (const [method, path, allow] of [
    ['POST', '/', 'GET, HEAD'],
    ['POST', '/api/stats', 'GET'],
    ['GET', '/api/search', 'POST'],
    ['GET', '/api/heal', 'POST'],
    ['POST', '/api/patterns/a', 'GET, PUT, DELETE'],
    ['DELETE', '/events', 'GET'],
  ]) {
    const answer = await ask(url, path, { method, headers: bearer });
    assert.equal(codeOf(answer), '405 METHOD_NOT_ALLOWED', path);
    assert.equal(answer.headers.allow, allow);
  }
  for (const path of ['/nothing', '/api/', '/api/stats/', '/page.js/..', '/../package.json'])
    assert.equal(codeOf(await ask(url, path, { headers: bearer })), '404 NO_SUCH_PATH', path);
});

test('a body that is too long is refused, before and while it arrives', async (t) => {
  const store = new FakeStore();
  const { url } = await serve(t, store, { maxBodyBytes: 1024 });
  const put = (body, headers = {}) =>
    ask(url, '/api/patterns/a', { method: 'PUT', body, headers: { ...bearer, ...headers } });
  const long = JSON.stringify({ content: 'x'.repeat(2000) });
  assert.equal(codeOf(await put(long)), '413 BODY_TOO_LARGE');
  assert.equal(codeOf(await put(long, { 'transfer-encoding': 'chunked' })), '413 BODY_TOO_LARGE');
  assert.deepEqual(store.asked, []);
  const fits = { type: '', domain: '', content: '', embedding: [1] };
  assert.equal((await put(fits)).status, 200);
});

test('a body must be a JSON object, and say so', async (t) => {
  const { url } = await serve(t, new FakeStore());
  const search = (body, headers = {}) =>
    ask(url, '/api/search', { method: 'POST', body, headers: { ...bearer, ...headers } });
  assert.equal(codeOf(await search('{"query": [1')), '400 BAD_JSON');
  assert.equal(codeOf(await search('[1]')), '400 BAD_JSON');
  assert.equal(codeOf(await search('null')), '400 BAD_JSON');
  assert.equal(
    codeOf(await search(Buffer.from([0x22, 0xff, 0x22]).toString('latin1'))),
    '400 BAD_JSON',
  );
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    assert.equal(
      codeOf(await search('{}', { 'content-type': type })),
      '415 UNSUPPORTED_MEDIA_TYPE',
      type,
    );
});

test('every answer forbids what the page does not need', async (t) => {
  const { url } = await serve(t, new FakeStore());
  for (const path of ['/', '/page.js', '/api/stats', '/metrics', '/nothing']) {
    const { headers } = await ask(url, path);
    const policy = headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['referrer-policy'], 'no-referrer');
  }
  const { raw } = await ask(url, '/');
  assert.doesNotMatch(raw, /<script>|<style|style=|onclick=|https?:\/\//);
});

test('bytes that are no request harm nobody', async (t) => {
  const { url } = await serve(t, new FakeStore());
  const { port } = new URL(url);
  for (const bytes of ['\0\0\0\0\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'])
    await new Promise((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes));
      socket.on('close', resolve).on('error', resolve).resume();
    });
  assert.equal((await ask(url, '/api/stats')).status, 200);
});

test('a port that is taken, and wrong options, are told', async (t) => {
  const { url } = await serve(t, new FakeStore());
  const port = Number(new URL(url).port);
  await assert.rejects(
    startDashboard(new FakeStore(), { port }),
    refusal('DamaskError', 'IO', `cannot listen on port ${port}`),
  );
  await assert.rejects(
    startDashboard(new FakeStore(), { host: 'no-such-host.invalid' }),
    refusal('DamaskError', 'IO', 'is not known here'),
  );
  for (const [options, part] of [
    [{ port: 65536 }, 'options.port must be an integer in [0, 65535], not 65536'],
    [{ port: '80' }, 'options.port'],
    [{ token: 'short' }, 'options.token must be 16 to 256 characters'],
    [{ token: `${TOKEN} ` }, 'options.token'],
    [{ token: '' }, 'options.token'],
    [{ host: '' }, 'options.host'],
    [{ intervalMs: 99 }, 'options.intervalMs must be an integer in [100, 3600000], not 99'],
    [{ maxBodyBytes: 1 }, 'options.maxBodyBytes'],
    [{ allowedHosts: 'a' }, 'options.allowedHosts'],
    [{ otel: 'yes' }, 'options.otel'],
    [{ otel: {} }, 'it has no createObservableGauge'],
    [{ onError: 1 }, 'options.onError'],
    [{ colour: 1 }, 'unknown field "colour"; known are host, port'],
    [null, 'options must be an object'],
  ])
    await assert.rejects(startDashboard(new FakeStore(), options), invalid(part), part);
});
