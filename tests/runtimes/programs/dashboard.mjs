// The dashboard's server on this runtime: page, metrics, events, a change by the token, and its end.
import assert from 'node:assert/strict';
import { openPatternStore } from 'damask';
import { startDashboard } from 'damask/dashboard';

const store = await openPatternStore({ dimension: 2, configFile: false, env: {} });
const { url, token, close } = await startDashboard(store, { intervalMs: 100 });
const ask = (path, init) => fetch(new URL(path, url), init);

const page = await ask('');
assert.equal(page.status, 200);
assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
assert.match(await page.text(), /<title>damask/);
assert.ok((await (await ask('page.js')).text()).length > 10_000);

const body = JSON.stringify({ type: 't', domain: 'd', content: 'c', embedding: [3, 4] });
const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body };
const refused = await ask('api/patterns/a', put);
assert.equal(refused.status, 401);
assert.equal((await refused.json()).error.code, 'UNAUTHORIZED');
put.headers.authorization = `Bearer ${token}`;
assert.deepEqual(await (await ask('api/patterns/a', put)).json(), { id: 'a' });
assert.equal((await (await ask('api/stats')).json()).count, 1);
assert.match(await (await ask('metrics')).text(), /^damask_patterns 1$/m);

const events = await ask('events');
const reader = events.body.pipeThrough(new TextDecoderStream()).getReader();
assert.match((await reader.read()).value, /^event: view\ndata: \{/);

await close();
await assert.rejects(ask(''));
await store.shutdown();
console.log('[]');
