import { fromSnapshot, openPatternStore, type IPatternStore } from 'damask';

import type { Atlas } from './atlas.js';
import { readBytes } from './fetching.js';

/** Where the page remembers which store it keeps, and the lock that its tabs take to look. */
const KEPT = 'damask-demo';

/** A store that the browser keeps, and the snapshot that it came from. */
interface Kept {
  name: string;
  sha256: string;
}

/** The opened store, where it came from, and what it took from looking for it to having it. */
export interface Opened {
  store: IPatternStore;
  origin: 'browser' | 'server';
  milliseconds: number;
}

function readKept(): Kept | undefined {
  const text = localStorage.getItem(KEPT);
  return text === null ? undefined : (JSON.parse(text) as Kept);
}

const openKept = ({ name }: Kept) => openPatternStore({ worker: true, storagePath: name });

/** The kept store of this snapshot; undefined when there is none, or the browser has dropped it. */
async function openIfKept({ snapshot }: Atlas): Promise<IPatternStore | undefined> {
  const kept = readKept();
  if (kept?.sha256 !== snapshot.sha256) return undefined;
  const store = await openKept(kept);
  if ((await store.count()) > 0) return store;
  await store.shutdown();
  return undefined;
}

/** Empties a store: the page looks at it no more. */
async function empty(store: IPatternStore): Promise<void> {
  await store.clear();
  await store.shutdown();
}

async function fetchAndKeep(
  { snapshot: { bytes, sha256 } }: Atlas,
  url: string,
  onProgress: (fraction: number) => void,
): Promise<IPatternStore> {
  const before = readKept();
  const kept = { name: `damask-demo-${crypto.randomUUID()}`, sha256 };
  const store = await fromSnapshot(await readBytes(url, bytes, onProgress), {
    worker: true,
    storagePath: kept.name,
  });
  localStorage.setItem(KEPT, JSON.stringify(kept));
  if (before !== undefined) await empty(await openKept(before));
  return store;
}

/**
 * Opens the store that the browser keeps of this snapshot; the first time, fetches the snapshot and
 * keeps it. A store of an older snapshot is emptied.
 */
export async function openStore(
  atlas: Atlas,
  url: string,
  onProgress: (fraction: number) => void,
): Promise<Opened> {
  return navigator.locks.request(KEPT, async (): Promise<Opened> => {
    const start = performance.now();
    const kept = await openIfKept(atlas);
    const store = kept ?? (await fetchAndKeep(atlas, url, onProgress));
    const milliseconds = performance.now() - start;
    return { store, origin: kept === undefined ? 'server' : 'browser', milliseconds };
  });
}

/** Removes what the browser keeps. */
export async function forget(store: IPatternStore): Promise<void> {
  localStorage.removeItem(KEPT);
  await empty(store);
}
