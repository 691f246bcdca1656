// Places to keep stores in, for tests: each can be opened again and again, and lets a test put
// something strange beside the store.
import 'fake-indexeddb/auto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openBrowserStorage } from '../lib/storage/browser.js';
import { openDirectory } from '../lib/storage/directory.js';
import { openIndexedDb } from '../lib/storage/indexeddb.js';
import { MemoryStorage } from '../lib/storage/memory.js';
import { openObjectStore } from '../lib/storage/object_store.js';
import { openOpfs } from '../lib/storage/opfs.js';
import { fakeOpfs } from './fake_opfs.mjs';

/** A directory that is gone after the test. */
export async function scratch(context) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-storage-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

let names = 0;

/** An object store over a Map, with or without conditional writes. */
export function mapBucket({ conditional }) {
  const objects = new Map();
  const bucket = {
    objects,
    get: async (key) => objects.get(key)?.slice(),
    put: async (key, bytes) => objects.set(key, bytes.slice()),
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
    delete: async (key) => objects.delete(key),
  };
  if (conditional)
    bucket.putIfAbsent = async (key, bytes) => {
      if (objects.has(key)) return false;
      objects.set(key, bytes.slice());
      return true;
    };
  return bucket;
}

function objectPlace(conditional) {
  return async () => {
    const bucket = mapBucket({ conditional });
    return {
      open: async () => openObjectStore({ bucket, prefix: 'stores/one/' }),
      putStrange: async (name) => bucket.put(`stores/one/${name}`, Uint8Array.of(1)),
      strange: async () => [...bucket.objects.keys()].map((key) => path.basename(key)),
      exclusive: conditional,
    };
  };
}

function opfsPlace(worker) {
  return async () => {
    const scope = fakeOpfs({ worker });
    return {
      scope,
      open: () => openOpfs('store', scope),
      putStrange: (name) => scope.stores.get('store').put(name, 'x'),
      strange: async () => scope.stores.get('store').names(),
      exclusive: true,
    };
  };
}

/** By name: makes an empty place. */
export const places = {
  async memory() {
    const storage = new MemoryStorage();
    return { open: async () => storage, exclusive: true };
  },
  async directory(context) {
    const directory = path.join(await scratch(context), 'made', 'on the way');
    const { readdir } = await import('node:fs/promises');
    return {
      directory,
      open: () => openDirectory(directory),
      putStrange: (name) => writeFile(path.join(directory, name), 'x'),
      strange: () => readdir(directory),
      exclusive: true,
    };
  },
  opfs: opfsPlace(false),
  'opfs in a worker': opfsPlace(true),
  async indexeddb() {
    const name = `store-${++names}`;
    return { open: () => openIndexedDb(name), exclusive: true };
  },
  async 'browser with OPFS'() {
    const name = `store-${++names}`;
    const scope = fakeOpfs();
    return { open: () => openBrowserStorage(name, scope), exclusive: true };
  },
  async 'browser without OPFS'() {
    const name = `store-${++names}`;
    return { open: () => openBrowserStorage(name, {}), exclusive: true };
  },
  'object store with conditional writes': objectPlace(true),
  'object store without conditional writes': objectPlace(false),
};
