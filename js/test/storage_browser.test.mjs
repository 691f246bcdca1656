// What browsers do: which storage a name gets, and what is left when they fail in the middle.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import test from 'node:test';
import { InvalidArgumentError, UnsupportedError } from '../lib/errors.js';
import { openBrowserStorage } from '../lib/storage/browser.js';
import { openIndexedDb } from '../lib/storage/indexeddb.js';
import { openOpfs } from '../lib/storage/opfs.js';
import { fakeOpfs } from './fake_opfs.mjs';

const FIRST = 'snapshot-000000000001.damask';
const content = [Uint8Array.of(1, 2, 3)];
const unsupported = (part) => (error) =>
  error instanceof UnsupportedError && error.message.includes(part);

test('a new store goes into OPFS, and is found there again', async () => {
  const scope = fakeOpfs();
  const driver = await openBrowserStorage('fresh', scope);
  assert.equal(driver.name, 'opfs');
  await driver.create(FIRST, content);
  await driver.close();
  assert.deepEqual(await (await openBrowserStorage('fresh', scope)).list(), [FIRST]);
});

test('what could not be added in a worker is cut off again, and others may read meanwhile', async () => {
  const scope = fakeOpfs({ worker: true });
  const driver = await openOpfs('added', scope);
  await driver.create(FIRST, content);
  const visible = () => undefined;
  await driver.append(FIRST, Uint8Array.of(4, 5, 6, 7), 3, visible);
  assert.deepEqual(await driver.read(FIRST), Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
  const directory = scope.stores.get('added');
  for (const failing of ['write', 'flush']) {
    directory.failNow = (what) => {
      if (what === failing) throw new DOMException('no space', 'QuotaExceededError');
    };
    await assert.rejects(driver.append(FIRST, Uint8Array.of(8), 7, visible), {
      code: 'IO',
      message: /no space/,
    });
    directory.failNow = () => undefined;
    assert.deepEqual(await driver.read(FIRST), Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
  }
  await driver.retract(FIRST, 5);
  await driver.settle(FIRST);
  assert.deepEqual(await driver.read(FIRST), Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal((await openOpfs('added', fakeOpfs())).append, undefined);
});

test('a store that IndexedDB holds stays there when OPFS comes', async () => {
  const before = await openBrowserStorage('older', {});
  assert.equal(before.name, 'indexeddb');
  await before.create(FIRST, content);
  await before.close();
  const after = await openBrowserStorage('older', fakeOpfs());
  assert.equal(after.name, 'indexeddb');
  assert.deepEqual(await after.read(FIRST), content[0]);
  await after.close();
});

test('stores of one database do not see each other', async () => {
  const [one, other] = [await openIndexedDb('one'), await openIndexedDb('one-more')];
  await one.create(FIRST, content);
  assert.deepEqual(await other.list(), []);
  await other.remove(FIRST);
  assert.deepEqual(await one.list(), [FIRST]);
  await Promise.all([one.close(), other.close()]);
});

test('where IndexedDB cannot be asked, no store is begun elsewhere', async (t) => {
  const scope = fakeOpfs();
  t.mock.method(indexedDB, 'open', () => {
    throw new DOMException('the profile is damaged', 'UnknownError');
  });
  await assert.rejects(openBrowserStorage('hidden', scope), {
    code: 'IO',
    message: /UnknownError: the profile is damaged/,
  });
  assert.equal(scope.stores, undefined, 'nothing was made in OPFS');
});

test('an OPFS that fails, rather than being absent, is an error', async () => {
  const scope = fakeOpfs();
  scope.navigator.storage.getDirectory = async () => {
    throw new DOMException('out of order', 'UnknownError');
  };
  await assert.rejects(openBrowserStorage('unlucky', scope), { code: 'IO' });
});

test('OPFS says what it lacks', async () => {
  const scope = fakeOpfs();
  await assert.rejects(openOpfs('a', {}), unsupported('secure contexts'));
  const { storage } = scope.navigator;
  await assert.rejects(openOpfs('a', { ...scope, navigator: { storage } }), unsupported('secure'));
  const old = { ...scope, FileSystemFileHandle: class {} };
  await assert.rejects(openOpfs('a', old), unsupported('createWritable'));
  scope.navigator.storage.getDirectory = async () => {
    throw new DOMException('no', 'SecurityError');
  };
  await assert.rejects(openOpfs('a', scope), unsupported('private windows'));
});

test('names of stores are checked', async () => {
  for (const name of ['', '.', '../a', 'a/b', 'a b', 'ä', 'a'.repeat(101)])
    for (const open of [openOpfs, openIndexedDb, openBrowserStorage])
      await assert.rejects(open(name, fakeOpfs()), InvalidArgumentError, JSON.stringify(name));
});

for (const step of ['getFileHandle', 'createWritable', 'write', 'close'])
  test(`OPFS: when ${step} fails there is no file, and the next attempt makes it`, async () => {
    const scope = fakeOpfs();
    const driver = await openOpfs('full', scope);
    const directory = scope.stores.get('full');
    directory.fail = async (reached) => {
      if (reached === step) throw new DOMException('quota', 'QuotaExceededError');
    };
    await assert.rejects(driver.create(FIRST, content), {
      code: 'IO',
      message: `cannot write ${FIRST} in the store full in OPFS: QuotaExceededError: quota`,
    });
    assert.deepEqual(directory.names(), []);
    directory.fail = async () => undefined;
    await driver.create(FIRST, content);
    assert.deepEqual(await driver.read(FIRST), content[0]);
  });

test('OPFS: a file that a dead writer left without bytes is none', async () => {
  const scope = fakeOpfs();
  const driver = await openOpfs('torn', scope);
  scope.stores.get('torn').put(FIRST, '');
  assert.deepEqual(await driver.list(), []);
  assert.equal(await driver.read(FIRST), undefined);
  await driver.create(FIRST, content);
  assert.deepEqual(await driver.read(FIRST), content[0]);
});

test('IndexedDB: a creation that fails half way leaves nothing', async () => {
  const driver = await openIndexedDb('half');
  const broken = Uint8Array.of(4);
  broken.slice = () => {
    throw new RangeError('no memory for a copy');
  };
  await assert.rejects(driver.create(FIRST, [...content, broken]), {
    code: 'IO',
    message: /RangeError: no memory for a copy/,
  });
  assert.deepEqual(await driver.list(), []);
  await driver.create(FIRST, content);
  assert.deepEqual(await driver.read(FIRST), content[0]);
  await driver.close();
});

test('IndexedDB: another page may delete the database, and a driver says so', async () => {
  const driver = await openIndexedDb('leaving');
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('damask');
    Object.assign(request, { onsuccess: resolve, onerror: reject, onblocked: reject });
  });
  await assert.rejects(driver.list(), { code: 'IO' });
});
