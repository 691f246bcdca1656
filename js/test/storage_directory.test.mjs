// What a directory adds: paths, links, faults of the file system, writers that died.
import assert from 'node:assert/strict';
import { readdirSync, writeSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { mkdir, readFile, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { DamaskError } from '../lib/errors.js';
import { openDirectory } from '../lib/storage/directory.js';
import { StoredGenerations } from '../lib/storage/generations.js';
import { scratch } from './storage_places.mjs';

const nodeFiles = { ...promises, readdirSync, writeSync };
const FIRST = 'snapshot-000000000001.damask';
const SECOND = 'snapshot-000000000002.damask';
const first = [Uint8Array.of(1, 1, 1)];
const second = [Uint8Array.of(2), Uint8Array.of(2)];
const HOUR = 3_600_000;

const ioError = (part) => (error) => {
  assert.ok(error instanceof DamaskError);
  assert.equal(error.code, 'IO');
  assert.ok(error.message.includes(part), error.message);
  return true;
};

/** What a directory uses, of which the `failAt`-th call (of files and of handles) fails. */
function faultyFiles(code, failAt) {
  const calls = [];
  const reach = (name, undo) => {
    calls.push(name);
    if (calls.length !== failAt) return;
    undo?.();
    throw Object.assign(new Error(`${code}: injected, ${name}`), { code });
  };
  const guard = (target) =>
    new Proxy(target, {
      get: (_, name) => {
        if (typeof target[name] !== 'function') return target[name];
        if (name.endsWith('Sync'))
          return (...given) => {
            reach(name);
            return target[name](...given);
          };
        return async (...given) => {
          if (name === 'close') await target.close();
          reach(name);
          if (name === 'close') return undefined;
          const result = await target[name](...given);
          return name === 'open' ? guard(result) : result;
        };
      },
    });
  return { files: guard(nodeFiles), calls };
}

const asides = async (directory) =>
  (await readdir(directory)).filter((name) => name.includes('.tmp-'));

test('a path that is a file, or leads through one, is refused', async (t) => {
  const directory = await scratch(t);
  const file = path.join(directory, 'file');
  await writeFile(file, 'x');
  await assert.rejects(openDirectory(file), ioError(`cannot open the directory ${file}: ENOTDIR`));
  await assert.rejects(openDirectory(path.join(file, 'in', 'it')), ioError('ENOTDIR'));
  await symlink(path.join(directory, 'nowhere'), path.join(directory, 'dangling'));
  await assert.rejects(openDirectory(path.join(directory, 'dangling')), ioError('ENOENT'));
  await assert.rejects(openDirectory(path.join(directory, 'dangling', 'x')), ioError('ENOENT'));
  await assert.rejects(
    openDirectory(path.join(directory, 'x'.repeat(300))),
    ioError('ENAMETOOLONG'),
  );
});

test('the directory may be a link; it is the same store by both paths', async (t) => {
  const directory = await scratch(t);
  await mkdir(path.join(directory, 'real'));
  await symlink('real', path.join(directory, 'link'));
  const driver = await openDirectory(path.join(directory, 'link'));
  await driver.create(FIRST, first);
  assert.deepEqual(await readdir(path.join(directory, 'real')), [FIRST]);
  const real = await openDirectory(path.join(directory, 'real'));
  assert.deepEqual(await real.read(FIRST), first[0]);
});

test('links inside of it are neither followed nor overwritten', async (t) => {
  const directory = await scratch(t);
  const outside = path.join(await scratch(t), 'secret');
  await writeFile(outside, 'secret');
  await symlink(outside, path.join(directory, FIRST));
  await mkdir(path.join(directory, SECOND));
  const driver = await openDirectory(directory);
  await assert.rejects(driver.read(FIRST), ioError(`${path.join(directory, FIRST)}: it is a link`));
  await assert.rejects(driver.read(SECOND), ioError('no file at all'));
  await assert.rejects(driver.create(FIRST, first), { code: 'CONFLICT' });
  assert.equal(await readFile(outside, 'utf8'), 'secret');
  await driver.remove(FIRST);
  assert.equal(await readFile(outside, 'utf8'), 'secret');
});

test('a directory that is removed under the store is an error, not an empty store', async (t) => {
  const directory = path.join(await scratch(t), 'store');
  const driver = await openDirectory(directory);
  await nodeFiles.rmdir(directory);
  await assert.rejects(driver.list(), ioError(`cannot list ${directory}: ENOENT`));
  await assert.rejects(driver.create(FIRST, first), ioError('ENOENT'));
});

test('files of dead writers go, those of writers that may live stay', async (t) => {
  const directory = await scratch(t);
  const put = async (name, age) => {
    await writeFile(path.join(directory, name), 'x');
    const then = new Date(Date.now() - age);
    await utimes(path.join(directory, name), then, then);
  };
  const dead = `${FIRST}.tmp-0123456789abcdef`;
  const alive = [`${FIRST}.tmp-fedcba9876543210`, 'notes.txt.tmp-0123456789abcdef', 'old.damask'];
  await put(dead, HOUR + 60_000);
  await put(alive[0], HOUR - 60_000);
  await put(alive[1], 2 * HOUR);
  await put(alive[2], 2 * HOUR);
  const driver = await openDirectory(directory);
  assert.deepEqual((await readdir(directory)).sort(), alive.sort());
  assert.deepEqual(await driver.list(), []);
});

test('a writer whose file aside is taken away has written nothing', async (t) => {
  const directory = await scratch(t);
  const files = {
    ...nodeFiles,
    async link(aside, file) {
      await nodeFiles.unlink(aside);
      return nodeFiles.link(aside, file);
    },
  };
  const driver = await openDirectory(directory, files);
  await assert.rejects(driver.create(FIRST, first), ioError('ENOENT'));
  assert.deepEqual(await readdir(directory), []);
});

test('writes and reads that the system does in parts are whole', async (t) => {
  const directory = await scratch(t);
  const inParts = (handle, name) => (bytes, offset, length, position) =>
    handle[name](bytes, offset, Math.min(length, 3), position);
  const partly = (handle) => ({
    write: inParts(handle, 'write'),
    read: inParts(handle, 'read'),
    stat: () => handle.stat(),
    sync: () => handle.sync(),
    close: () => handle.close(),
  });
  const files = { ...nodeFiles, open: async (...given) => partly(await nodeFiles.open(...given)) };
  const driver = await openDirectory(directory, files);
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
  await driver.create(FIRST, [bytes.subarray(0, 7), bytes.subarray(7)]);
  assert.deepEqual(await driver.read(FIRST), bytes);
});

test('a directory that may only be read still opens', async (t) => {
  const directory = await scratch(t);
  await (await openDirectory(directory)).create(FIRST, first);
  const aside = path.join(directory, `${SECOND}.tmp-0123456789abcdef`);
  await writeFile(aside, 'x');
  await utimes(aside, 0, 0);
  const readOnly = async () => {
    throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  };
  const driver = await openDirectory(directory, { ...nodeFiles, unlink: readOnly, link: readOnly });
  assert.deepEqual(await driver.read(FIRST), first[0]);
});

for (const code of ['ENOSPC', 'EIO', 'EACCES'])
  test(`${code} at any call of a write leaves nothing half visible`, async (t) => {
    let failAt = 1;
    for (let reached = true; reached; ++failAt) {
      const directory = path.join(await scratch(t), 'made', 'on the way');
      const { files, calls } = faultyFiles(code, failAt);
      const write = async () => {
        const driver = await openDirectory(directory, files);
        const stored = await StoredGenerations.open(driver);
        await stored.commit(first);
        return stored.commit(second);
      };
      const outcome = await write().catch((error) => error);
      reached = calls.length >= failAt;
      const step = `call ${failAt}: ${calls[failAt - 1] ?? 'none'}`;
      if (outcome instanceof Error) ioError(`${code}: injected`)(outcome);
      else assert.ok(!reached || ['unlink', 'lstat'].includes(calls[failAt - 1]), step);

      const clean = await openDirectory(directory);
      const names = (await clean.list()).sort();
      assert.ok(
        [[], [FIRST], [FIRST, SECOND]].some((it) => it.join() === names.join()),
        step,
      );
      if (names[0]) assert.deepEqual(await clean.read(FIRST), first[0], step);
      if (names[1]) assert.deepEqual(await clean.read(SECOND), Uint8Array.of(2, 2), step);
      if (!(outcome instanceof Error)) assert.equal(names.length, 2, step);
      // Only the removal of a file aside can itself have failed.
      const left = await asides(directory);
      assert.ok(left.length === 0 || calls[failAt - 1] === 'unlink', step);

      const again = await StoredGenerations.open(clean);
      const generation = again.generation;
      assert.equal(await again.commit(second), generation + 1, step);
      assert.deepEqual(await again.read(), Uint8Array.of(2, 2), step);
    }
    assert.ok(failAt > 20, `${failAt} calls were tried`);
  });

test('a snapshot that cannot be read is an error', async (t) => {
  const directory = await scratch(t);
  await (await openDirectory(directory)).create(FIRST, first);
  for (const step of ['lstat', 'open', 'stat', 'read', 'close']) {
    const { calls } = await readWithFault();
    const { error } = await readWithFault(calls.lastIndexOf(step) + 1);
    ioError('EIO: injected')(error);
    assert.ok(error.message.startsWith(`cannot read ${path.join(directory, FIRST)}: `));
  }

  async function readWithFault(failAt = 0) {
    const { files, calls } = faultyFiles('EIO', failAt);
    const driver = await openDirectory(directory, files);
    const error = await driver.read(FIRST).then(
      () => undefined,
      (reason) => reason,
    );
    return { calls, error };
  }
});

test('new directories and files have the permissions that umask leaves', async (t) => {
  const directory = path.join(await scratch(t), 'store');
  await (await openDirectory(directory)).create(FIRST, first);
  const mode = async (it) => (await stat(it)).mode & 0o777;
  assert.equal(await mode(path.join(directory, FIRST)), 0o666 & ~process.umask());
  assert.equal(await mode(directory), 0o777 & ~process.umask());
});
