// What a power failure may leave of a file system (power_loss_files.mjs): of what was not synced
// nothing, all, any of the pages, pages of zeros or of rubbish, or any number of sectors of 512 bytes;
// of a directory's changes any that were not synced.
import { createHash } from 'node:crypto';
import { isStoreFile, LOCK_FILE } from '../lib/storage/names.js';

const SECTOR = 512;
const PAGE = 4096;
/** At most so many places are tried at which the writes of one moment end. */
const TEARS = 12;
const RANDOM_IMAGES = 6;

/** What is applied of a change in sectors, by their fates: keep, skip, zero, rubbish. */
function applyWrite(before, { offset, bytes }, fateOf) {
  const pieces = [];
  for (let at = offset; at < offset + bytes.length;) {
    const end = Math.min((Math.floor(at / SECTOR) + 1) * SECTOR, offset + bytes.length);
    const fate = fateOf(at);
    if (fate !== 'skip') pieces.push({ at, end, fate });
    at = end;
  }
  const size = Math.max(before.length, pieces.at(-1)?.end ?? 0);
  const after = new Uint8Array(size);
  after.set(before);
  for (const { at, end, fate } of pieces) {
    if (fate === 'keep') after.set(bytes.subarray(at - offset, end - offset), at);
    else if (fate === 'zero') after.fill(0, at, end);
    else for (let i = at; i < end; ++i) after[i] = (i * 167 + 13) ^ (i >> 8);
  }
  return after;
}

function fileImage(file, policy) {
  let bytes = file.durable;
  for (const change of file.pending) {
    if (change.size !== undefined) {
      if (change.durable || policy.entry()) bytes = bytes.slice(0, change.size);
    } else bytes = applyWrite(bytes, change, change.durable ? () => 'keep' : policy.sectors());
  }
  return bytes;
}

function directoryImage(directory, policy, imageOf) {
  const entries = new Map(directory.durable);
  for (const { name, node } of directory.pending) {
    if (!policy.entry()) continue;
    if (node === undefined) entries.delete(name);
    else entries.set(name, node);
  }
  return new Map([...entries].map(([name, node]) => [name, imageOf(node)]));
}

const all = (fate, entries) => ({ sectors: () => () => fate, entry: () => entries });

/** The first `count` sectors of what is written and not synced, and no more. */
const tornAfter = (count) => ({
  sectors: () => () => (count-- > 0 ? 'keep' : 'skip'),
  entry: () => true,
});

function randomPolicy(next) {
  const fates = ['keep', 'keep', 'skip', 'skip', 'zero', 'rubbish'];
  const pick = () => fates[Math.floor(next() * fates.length)];
  return {
    sectors() {
      const pages = new Map();
      return (at) => {
        const page = Math.floor(at / PAGE);
        if (!pages.has(page))
          pages.set(page, { fate: pick(), sectors: next() < 0.3 ? next() * 8 : 8 });
        const { fate, sectors } = pages.get(page);
        return (at % PAGE) / SECTOR < sectors ? fate : 'skip';
      };
    },
    entry: () => next() < 0.5,
  };
}

function pendingSectors(root) {
  let count = 0;
  for (const directory of root.entries.values())
    for (const file of new Set(directory.entries.values()))
      for (const { offset, bytes, durable } of file.pending)
        if (bytes && !durable)
          count += Math.ceil((offset + bytes.length) / SECTOR) - Math.floor(offset / SECTOR);
  return count;
}

/**
 * Images of this moment, as PowerLossFiles takes them. `key` is the same for images that differ in
 * files aside alone, which nobody reads.
 */
export function crashImages({ root }, next) {
  const sectors = pendingSectors(root);
  const policies = [
    ...[all('skip', false), all('keep', true), all('skip', true), all('keep', false)],
    ...(sectors > 0 ? [all('zero', true), all('rubbish', true)] : []),
    ...Array.from({ length: Math.min(sectors, TEARS) }, (_, i) =>
      tornAfter(sectors <= TEARS ? i : Math.floor(next() * sectors)),
    ),
    ...Array.from({ length: RANDOM_IMAGES }, () => randomPolicy(next)),
  ];
  return policies.map((policy) => imageOf(root, policy));
}

function imageOf(root, policy) {
  const images = new Map();
  const keys = [];
  const once = (file) => {
    if (!images.has(file)) images.set(file, fileImage(file, policy));
    return images.get(file);
  };
  const image = directoryImage(root, policy, (directory) => {
    const files = directoryImage(directory, policy, (file) => file);
    for (const [name, file] of files)
      if (isStoreFile(name) || name === LOCK_FILE) keys.push(`${name} ${keyOf(file, once)}`);
    return new Map([...files].map(([name, file]) => [name, once(file)]));
  });
  return { image, key: [...image.keys(), ...keys.sort()].join() };
}

function keyOf(file, once) {
  if (file.pending.length === 0) return `${file.id}.${file.version}`;
  return createHash('sha256').update(once(file)).digest('hex');
}
