// The command: what it takes, what it says, how it ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask } from './dashboard_http.mjs';
import { TOKEN } from './dashboard_support.mjs';
import { openOn, patterns, scratch } from './open_support.mjs';

const COMMAND = fileURLToPath(new URL('../lib/dashboard/cli/main.js', import.meta.url));
const DIMENSION = 8;

/** Starts the command; `line` waits for a line of its output, `end` for its exit code. */
function start(t, words, env = {}) {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('DAMASK_'));
  const child = spawn(process.execPath, [COMMAND, ...words], {
    env: { ...Object.fromEntries(clean), DAMASK_BACKEND: 'wasm-simd', ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said.err += text));
  const closed = once(child, 'close');
  return {
    said,
    kill: (signal) => child.kill(signal),
    end: async () => (await closed)[0],
    line: async (pattern) => {
      while (!pattern.test(said.out)) {
        const gone = await Promise.race([once(child.stdout, 'data'), closed.then(() => 'gone')]);
        if (gone === 'gone' && !pattern.test(said.out)) throw new Error(`ended: ${said.err}`);
      }
      return pattern.exec(said.out);
    },
  };
}

/** A store of a few patterns in a folder of its own. */
async function filled(t, count = 5) {
  const storagePath = path.join(await scratch(t), 'mine');
  const store = await openOn('wasm-simd', { dimension: DIMENSION, storagePath });
  await store.storeBatch(patterns(count, DIMENSION));
  await store.shutdown();
  return storagePath;
}

const PAGE = /page {3}(http:\/\/127\.0\.0\.1:\d+\/)#token=(\S+)\ntoken {2}(\S+)\n/;

test('wrong input is one clear sentence and exit code 2', async (t) => {
  const folder = await filled(t);
  const empty = await scratch(t);
  for (const [words, part] of [
    [['dashboard'], "missing required argument 'directory'"],
    [['dashboard', folder, 'another'], 'too many arguments'],
    [['dashbord', folder], "unknown command 'dashbord'"],
    [['search', folder], "unknown command 'search'"],
    [['dashboard', folder, '--prot', '1'], "unknown option '--prot'"],
    [['dashboard', folder, '--port', '65536'], 'It must be an integer in [0, 65535]'],
    [['dashboard', folder, '--port', '1e3'], 'It must be an integer in [0, 65535]'],
    [['dashboard', folder, '--port', '-1'], '--port'],
    [['dashboard', folder, '--interval', '5'], 'It must be an integer in [100, 3600000]'],
    [['dashboard', folder, '--host', '0.0.0.0'], 'can be reached by others'],
    [['dashboard', folder, '--token', 'short'], 'options.token must be 16 to 256 characters'],
    [['dashboard', folder, '--create'], "unknown option '--create'"],
    [['serve', folder, '--dimension', '8'], '--dimension is for a store that is made'],
    [['serve', empty, '--create'], '--create needs --dimension'],
    [['serve', empty, '--create', '--dimension', '0'], 'It must be an integer in [1, 4096]'],
    [['serve', empty, '--create', '--dimension', '8', '--metric', 'x'], 'Allowed choices are'],
    [['serve', folder, '--create', '--dimension', '9'], 'dimension'],
  ]) {
    const command = start(t, words);
    assert.equal(await command.end(), 2, words.join(' '));
    assert.ok(command.said.err.includes(part), `${words.join(' ')}: ${command.said.err}`);
    assert.match(command.said.err, /^damask: /);
    assert.doesNotMatch(command.said.err, / {4}at /);
    assert.equal(command.said.out, '');
  }
  assert.deepEqual(await readdir(empty), []);
});

test('no command at all shows the help', async (t) => {
  const asked = start(t, ['--help']);
  assert.equal(await asked.end(), 0);
  assert.match(asked.said.out, /dashboard .*\n.*serve/s);
  const bare = start(t, []);
  assert.equal(await bare.end(), 2);
  assert.match(bare.said.err, /Usage: damask/);
});

test('where there is no store, none is made', async (t) => {
  const folder = path.join(await scratch(t), 'none');
  for (const command of ['dashboard', 'serve']) {
    const started = start(t, [command, folder]);
    assert.equal(await started.end(), 1, started.said.err);
    assert.match(started.said.err, /^damask: there is no /);
  }
  await mkdir(folder);
  assert.equal(await start(t, ['serve', folder]).end(), 1);
  assert.deepEqual(await readdir(folder), []);
});

test('a damaged store is told by its exit code', async (t) => {
  const folder = await scratch(t);
  await writeFile(path.join(folder, 'snapshot-000000000001.damask'), 'not a snapshot at all');
  const command = start(t, ['dashboard', folder]);
  assert.equal(await command.end(), 4);
  assert.match(command.said.err, /^damask: /);
});

test('dashboard shows a store beside its writer, and changes nothing', async (t) => {
  const folder = await filled(t);
  const writer = await openOn('wasm-simd', { storagePath: folder });
  const command = start(t, ['dashboard', folder, '--interval', '100']);
  const [, url, inAddress, token] = await command.line(PAGE);
  assert.equal(inAddress, token);
  assert.match(command.said.out, /mine: 5 patterns, read only, on wasm-simd/);
  assert.equal((await ask(url, '/')).status, 200);
  assert.equal((await ask(url, '/api/stats')).body.count, 5);
  await writer.storePattern({ ...patterns(6, DIMENSION)[5] });
  const deadline = Date.now() + 10_000;
  while ((await ask(url, '/api/stats')).body.count < 6) assert.ok(Date.now() < deadline);
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await ask(url, '/api/patterns/pattern-1', { method: 'DELETE', headers });
  assert.equal(status, 403);
  command.kill('SIGTERM');
  assert.equal(await command.end(), 0, command.said.err);
  assert.equal(await writer.count(), 6);
  await writer.shutdown();
});

test('serve writes, keeps others from it, and ends in good order', async (t) => {
  const folder = path.join(await scratch(t), 'new');
  const words = ['serve', folder, '--create', '--dimension', String(DIMENSION)];
  const command = start(t, words, { DAMASK_DASHBOARD_TOKEN: TOKEN });
  const [, url, , token] = await command.line(PAGE);
  assert.equal(token, TOKEN);
  const body = { type: 'unit', domain: 'd', content: 'c', embedding: Array(DIMENSION).fill(0.5) };
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await ask(url, '/api/patterns/a', { method: 'PUT', body, headers })).status, 200);
  const second = start(t, ['serve', folder]);
  assert.equal(await second.end(), 6, second.said.err);
  command.kill('SIGINT');
  assert.equal(await command.end(), 0, command.said.err);
  const store = await openOn('wasm-simd', { storagePath: folder, readOnly: true });
  assert.equal((await store.getPattern('a')).content, 'c');
  await store.shutdown();
});

test('a port that is taken is told, and the store is let go', async (t) => {
  const folder = await filled(t);
  const first = start(t, ['dashboard', folder]);
  const [, url] = await first.line(PAGE);
  const second = start(t, ['serve', folder, '--port', new URL(url).port]);
  assert.equal(await second.end(), 5);
  assert.match(second.said.err, /^damask: cannot listen on port \d+/);
  assert.deepEqual(
    (await readdir(folder)).filter((it) => it.endsWith('.lock')),
    [],
  );
});
