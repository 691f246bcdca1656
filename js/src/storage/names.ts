import { InvalidArgumentError } from '../errors.js';

const MAX_GENERATION = 999_999_999_999;

const STORE_FILE = /^(snapshot-\d{12}|journal-\d{12}-\d{6}|health-\d{12})\.damask$/;
const SNAPSHOT = /^snapshot-(\d{12})\.damask$/;
const JOURNAL = /^journal-(\d{12})-(\d{6})\.damask$/;
const HEALTH = /^health-(\d{12})\.damask$/;
const STORE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** In a directory: which writer has the store. Neither listed nor read as one of the store's files. */
export const LOCK_FILE = 'writer.lock';

/** The file of a generation, in [1, 999999999999]. */
export function snapshotName(generation: number): string {
  if (generation > MAX_GENERATION)
    throw new InvalidArgumentError(`generation ${generation} is beyond ${MAX_GENERATION}`);
  return `snapshot-${String(generation).padStart(12, '0')}.damask`;
}

/** The generations among these files, newest first. */
export function generationsOf(names: readonly string[]): number[] {
  return names
    .map((name) => Number(SNAPSHOT.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .sort((a, b) => b - a);
}

/** The file of a part of a generation's journal; parts are numbered from 1. */
export function journalName(generation: number, part: number): string {
  const numbers = `${String(generation).padStart(12, '0')}-${String(part).padStart(6, '0')}`;
  return `journal-${numbers}.damask`;
}

/** The parts of a generation's journal among these files, in order. */
export function partsOf(names: readonly string[], generation: number): number[] {
  return names
    .map((name) => JOURNAL.exec(name))
    .filter((match) => Number(match?.[1]) === generation)
    .map((match) => Number(match?.[2]))
    .sort((a, b) => a - b);
}

/** The generations of the journals among these files, oldest first. */
export function journalsOf(names: readonly string[]): number[] {
  const generations = names.filter((name) => JOURNAL.test(name)).map(generationOf);
  return [...new Set(generations)].sort((a, b) => a - b);
}

/** The file of a history of the store's health; of several the last counts. */
export function healthName(number: number): string {
  return `health-${String(number).padStart(12, '0')}.damask`;
}

/** The numbers of the histories among these files, newest first. */
export function healthsOf(names: readonly string[]): number[] {
  return names
    .map((name) => HEALTH.exec(name))
    .filter((match) => match !== null)
    .map((match) => Number(match[1]))
    .sort((a, b) => b - a);
}

/** The generation of one of a store's files; 0 of those that belong to none. */
export function generationOf(name: string): number {
  return Number((SNAPSHOT.exec(name) ?? JOURNAL.exec(name))?.[1] ?? 0);
}

/** Whether a file is of a later generation, or a later part of the same journal. */
export function isNewer(name: string, generation: number, part: number): boolean {
  const its = generationOf(name);
  return its > generation || (its === generation && Number(JOURNAL.exec(name)?.[2] ?? 0) > part);
}

export function isStoreFile(name: string): boolean {
  return STORE_FILE.test(name);
}

/** Refuses every name that is not one of a store's files, and so every path. */
export function checkStoreFile(name: string): void {
  if (!isStoreFile(name))
    throw new InvalidArgumentError(
      `${JSON.stringify(name)} is not the name of a store's file, such as ${snapshotName(1)}`,
    );
}

/** A store's name where stores have no path: in OPFS and IndexedDB. */
export function checkStoreName(name: string): void {
  if (!STORE_NAME.test(name))
    throw new InvalidArgumentError(
      `the store's name ${JSON.stringify(name)} must be 1 to 100 of A-Z, a-z, 0-9, ".", "_" and "-", ` +
        'and begin with a letter or a digit',
    );
}
