// The lock that keeps a second writer out: whom it names, when it is stale, and that neither a killed
// process nor a race leaves it in the way.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as nodeFiles from 'node:fs/promises';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MemoryStorage } from '../lib/index.js';
import { openDirectory } from '../lib/storage/directory.js';
import { lockDirectory } from '../lib/storage/lock_directory.js';
import { judge, thisMachine } from '../lib/storage/lock_machine.js';
import { openOpfs } from '../lib/storage/opfs.js';
import { fakeOpfs } from './fake_opfs.mjs';
import { backends, openOn, scratch } from './open_support.mjs';
import { refusal } from './support.mjs';

const DIMENSION = 4;
const LOCK = 'writer.lock';
const locked = (part) => refusal('LockedError', 'LOCKED', part);
const child = fileURLToPath(new URL('lock_child.mjs', import.meta.url));

/** A lock as a writer leaves it. */
async function lockText(fields = {}) {
  const { pid, started, boot, host } = await thisMachine();
  const rest = { runtime: 'test 1.0', since: new Date().toISOString(), token: 'a'.repeat(32) };
  return `${JSON.stringify({ pid, started, boot, host, ...rest, ...fields })}\n`;
}

/** Another process that has the store open. */
async function holder(t, backend, storagePath) {
  const process = spawn(globalThis.process.execPath, [child, backend, storagePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => process.kill('SIGKILL'));
  await once(process.stdout, 'data');
  return process;
}

/** The number of a process that is no more. */
async function deadPid() {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'echo $$']);
  return Number(stdout);
}

for (const backend of backends)
  test(`${backend}: a second writer is told at open who has the store`, async (t) => {
    const storagePath = await scratch(t);
    const first = await openOn('native', { dimension: DIMENSION, storagePath });
    const again = () => openOn(backend, { storagePath });
    await assert.rejects(again(), locked(`this process (${process.pid}) on host ${hostname()}`));
    await assert.rejects(again(), locked(`node ${process.versions.node} (native), since 20`));
    await first.shutdown();
    assert.ok(!(await readdir(storagePath)).some((name) => name.startsWith(LOCK)));
    await (await again()).shutdown();
  });

test('another process has it until it is killed, and then nobody', async (t) => {
  const storagePath = await scratch(t);
  for (const backend of ['native', 'wasm-simd', 'native']) {
    const other = await holder(t, backend, storagePath);
    const second = openOn('native', { dimension: DIMENSION, storagePath });
    await assert.rejects(second, locked(`process ${other.pid} on host`));
    const left = await readFile(path.join(storagePath, LOCK), 'utf8');
    other.kill('SIGKILL');
    await once(other, 'exit');
    assert.equal(await readFile(path.join(storagePath, LOCK), 'utf8'), left);
    const store = await openOn('native', { dimension: DIMENSION, storagePath });
    await store.shutdown();
    assert.ok(!(await readdir(storagePath)).some((name) => name.startsWith(LOCK)));
  }
});

test('what is left of a process that ended without a shutdown is taken over', async (t) => {
  const storagePath = await scratch(t);
  for (const fields of [
    { pid: await deadPid() },
    { started: '1' },
    { boot: '00000000-0000-0000-0000-000000000000' },
  ]) {
    await writeFile(path.join(storagePath, LOCK), await lockText(fields));
    const store = await openOn('native', { dimension: DIMENSION, storagePath });
    await store.shutdown();
  }
});

test('a lock of another host is never judged, and the error says what to do', async (t) => {
  const storagePath = await scratch(t);
  const text = await lockText({ host: 'elsewhere', pid: await deadPid(), boot: 'ab' });
  await writeFile(path.join(storagePath, LOCK), text);
  const open = () => openOn('native', { dimension: DIMENSION, storagePath });
  await assert.rejects(open(), locked('on host elsewhere, test 1.0'));
  await assert.rejects(open(), locked(`remove the lock: damask unlock ${storagePath}`));
  assert.equal(await readFile(path.join(storagePath, LOCK), 'utf8'), text);
});

test('a holder is judged by host, boot, number and start', async () => {
  const machine = {
    ...{ pid: 7, started: '70', boot: 'b', host: 'h' },
    isAlive: async (pid, started) => (pid === 9 ? undefined : pid === 8 && started === '80'),
  };
  const lock = { pid: 8, started: '80', boot: 'b', host: 'h' };
  for (const [fields, verdict] of [
    [{}, 'alive'],
    [{ started: '81' }, 'dead'],
    [{ pid: 10 }, 'dead'],
    [{ pid: 9 }, 'unknown'],
    [{ boot: 'c' }, 'dead'],
    [{ boot: '' }, 'alive'],
    [{ boot: '', pid: 10 }, 'dead'],
    [{ host: 'i' }, 'elsewhere'],
    [{ host: 'i', boot: 'c', pid: 10 }, 'elsewhere'],
  ])
    assert.equal(await judge({ ...lock, ...fields }, machine), verdict, JSON.stringify(fields));
});

test('a lock file that no writer left is an error that names it, and stays', async (t) => {
  const storagePath = await scratch(t);
  const file = path.join(storagePath, LOCK);
  const open = () => openOn('native', { dimension: DIMENSION, storagePath });
  for (const [content, why] of [
    ['', 'no JSON'],
    ['{"pid":1', 'no JSON'],
    ['[]', 'no JSON object'],
    ['null', 'no JSON object'],
    [Buffer.from([0xff, 0xfe]), 'no JSON'],
    [' '.repeat(4097), 'beyond 4096 bytes'],
    [await lockText({ pid: 0 }), 'pid is bad'],
    [await lockText({ pid: -1 }), 'pid is bad'],
    [await lockText({ pid: '1' }), 'pid is bad'],
    [await lockText({ token: 'short' }), 'token is bad'],
    [await lockText({ runtime: 'clear\u001b[2J' }), 'runtime is bad'],
    ['{"__proto__":{"pid":1}}', 'pid is bad'],
  ]) {
    await writeFile(file, content);
    await assert.rejects(open(), locked(why), String(content));
    await assert.rejects(open(), locked(file));
    assert.deepEqual(await readFile(file), Buffer.from(content));
  }
  await nodeFiles.unlink(file);
  const outside = path.join(await scratch(t), 'outside');
  await writeFile(outside, await lockText({ pid: await deadPid() }));
  await symlink(outside, file);
  await assert.rejects(open(), refusal('DamaskError', 'IO', 'it is a link or no file at all'));
  await nodeFiles.unlink(file);
  await promisify(execFile)('mkfifo', [file]);
  await assert.rejects(open(), refusal('DamaskError', 'IO', 'it is a link or no file at all'));
});

test('of many writers at the same moment one gets the lock', async (t) => {
  for (let round = 0; round < 20; ++round) {
    const directory = await scratch(t);
    const machines = await Promise.all(Array.from({ length: 8 }, thisMachine));
    const outcomes = await Promise.allSettled(
      machines.map((machine, i) =>
        lockDirectory(nodeFiles, directory, { runtime: `${i}` }, machine),
      ),
    );
    const winners = outcomes.filter(({ status }) => status === 'fulfilled');
    assert.equal(winners.length, 1);
    for (const { reason } of outcomes.filter(({ status }) => status === 'rejected'))
      assert.ok(locked('has a writer')(reason));
    await winners[0].value.release();
    assert.deepEqual(await readdir(directory), []);
  }
});

test('who takes over late gives the lock back to whom it belongs', async (t) => {
  const directory = await scratch(t);
  const machine = await thisMachine();
  await writeFile(path.join(directory, LOCK), await lockText({ pid: await deadPid() }));
  let overtaken;
  const late = {
    ...nodeFiles,
    rename: async (...args) => {
      overtaken ??= await lockDirectory(nodeFiles, directory, { runtime: 'overtaker' }, machine);
      return nodeFiles.rename(...args);
    },
  };
  await assert.rejects(
    lockDirectory(late, directory, { runtime: 'late' }, machine),
    locked('overtaker'),
  );
  assert.deepEqual(await readdir(directory), [LOCK]);
  await overtaken.release();
  assert.deepEqual(await readdir(directory), []);
});

test('a lock that is not ours any more is not released', async (t) => {
  const directory = await scratch(t);
  const driver = await openDirectory(directory);
  const lock = await driver.lock({ runtime: 'first' });
  const other = await lockText();
  await writeFile(path.join(directory, LOCK), other);
  await lock.release();
  assert.equal(await readFile(path.join(directory, LOCK), 'utf8'), other);
});

test('the system refuses in the middle: no lock is left behind', async (t) => {
  const machine = await thisMachine();
  for (const call of ['open', 'link']) {
    const directory = await scratch(t);
    const files = {
      ...nodeFiles,
      [call]: async (...args) => {
        if (call === 'link') await nodeFiles.link(...args);
        throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      },
    };
    const asked = lockDirectory(files, directory, { runtime: 'unlucky' }, machine);
    await assert.rejects(asked, refusal('DamaskError', 'IO', 'EIO'));
    if (call === 'open') assert.deepEqual(await readdir(directory), []);
    else await (await lockDirectory(nodeFiles, directory, { runtime: 'next' }, machine)).release();
  }
});

test('memory: one writer at a time in this process', async () => {
  const storage = new MemoryStorage();
  const first = await openOn('native', { dimension: DIMENSION, storage });
  await assert.rejects(openOn('wasm-simd', { storage }), locked('this memory has a writer'));
  await first.shutdown();
  await (await openOn('wasm-simd', { storage })).shutdown();
});

test('a store that cannot be opened is not left locked', async (t) => {
  const storagePath = await scratch(t);
  await (await openOn('native', { dimension: DIMENSION, storagePath })).shutdown();
  await assert.rejects(openOn('native', { dimension: 5, storagePath }), {
    code: 'INVALID_ARGUMENT',
  });
  assert.ok(!(await readdir(storagePath)).includes(LOCK));
});

test('browsers: Web Locks, by the name of the store', async () => {
  const scope = fakeOpfs();
  const [one, same, other] = await Promise.all(
    ['store', 'store', 'other'].map((name) => openOpfs(name, scope)),
  );
  const lock = await one.lock({ runtime: 'browser (wasm-simd)' });
  await assert.rejects(same.lock({ runtime: 'late' }), locked('browser (wasm-simd), since 20'));
  await (await other.lock({ runtime: 'other' })).release();
  await lock.release();
  await (await same.lock({ runtime: 'late' })).release();
});
