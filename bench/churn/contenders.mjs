// The sides of one case: begun with the same vectors, or opened as a day has left them; and what a
// fresh rebuild is beside them.
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fromSnapshot } from '../../js/lib/index.js';
import { only } from '../js/engines.mjs';
import { DamaskSide, filledSnapshot, viewOf } from './sides/damask.mjs';
import { DamaskStoreSide } from './sides/damask_store.mjs';
import { HNSWLIB_ARMS, HnswlibSide, writeFilled } from './sides/hnswlib.mjs';
import { POLICIES } from './sides/policies.mjs';

/** What damask may do about itself: `on` is the store as programs open it. */
export const DAMASK_ARMS = [...Object.keys(POLICIES), 'on'];

/** The arms of a case, as [side, arm]. */
export const armsOf = ({ arms, sides }) => [
  ...(sides.includes('damask') ? arms.map((arm) => ['damask', arm]) : []),
  ...(sides.includes('hnswlib') ? HNSWLIB_ARMS.map((arm) => ['hnswlib', arm]) : []),
];

async function once(file, make) {
  try {
    await access(file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    await make(`${file}.new`);
    await rename(`${file}.new`, file);
  }
  return file;
}

const damaskFile = (vectors, settings, file) =>
  once(file, async (to) => writeFile(to, await filledSnapshot(vectors, settings.damask)));
const hnswlibFile = (vectors, settings, file) =>
  once(file, (to) => writeFilled(vectors, settings.hnswlib, to));

/** All sides with the same vectors in them; what is built for that is kept under the name `initial`. */
export async function begun(arms, vectors, settings, { initial, folder }) {
  const snapshot = await damaskFile(vectors, settings, `${initial}.damask`);
  const sides = [];
  for (const [side, arm] of arms)
    if (side === 'hnswlib') {
      const file = await hnswlibFile(vectors, settings, `${initial}.hnswlib`);
      sides.push(await HnswlibSide.open(arm, settings.hnswlib, file));
    } else if (arm === 'on')
      sides.push(
        await DamaskStoreSide.begin(arm, settings.damask, folder, await readFile(snapshot)),
      );
    else sides.push(await DamaskSide.begin(arm, settings.damask, await readFile(snapshot)));
  return sides;
}

/** All sides as `restart` left them in a day's folder; `rows` are that day's figures. */
export async function reopened(arms, settings, { folder, ofDay, rows }) {
  const sides = [];
  for (const [side, arm] of arms)
    if (side === 'hnswlib') {
      const { tombstones } = rows.find((row) => row.side === side && row.arm === arm);
      const file = path.join(ofDay, `${arm}.hnswlib`);
      sides.push(await HnswlibSide.open(arm, settings.hnswlib, file, tombstones));
    } else if (arm === 'on')
      sides.push(await DamaskStoreSide.open(arm, settings.damask, folder, ofDay));
    else sides.push(await DamaskSide.open(arm, settings.damask, ofDay));
  return sides;
}

/**
 * Stores filled with the live vectors alone, as `{ damask, hnswlib, store }`, of which a case has those
 * that its arms are compared with; kept under the name `base`.
 */
export async function freshOf(arms, vectors, settings, base) {
  const snapshot = await readFile(await damaskFile(vectors, settings, `${base}.damask`));
  const fresh = { damask: await viewOf(snapshot, settings.damask) };
  if (arms.some(([side]) => side === 'hnswlib')) {
    const file = await hnswlibFile(vectors, settings, `${base}.hnswlib`);
    fresh.hnswlib = await HnswlibSide.open('fresh', settings.hnswlib, file);
  }
  if (arms.some(([, arm]) => arm === 'on'))
    fresh.store = await fromSnapshot(snapshot, {
      ...only(settings.damask.backend),
      healing: 'off',
    });
  return fresh;
}
