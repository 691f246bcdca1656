import type { StorageDriver } from '../storage/driver.js';
import { healthName, healthsOf } from '../storage/names.js';
import { decodeHistory, type HistoryContent } from './history.js';

/** A reader may find the newest file taken away for a newer one so often. */
const ATTEMPTS = 8;

/**
 * Keeps a history beside a store's other files, as `health-<number>.damask`: each time as a file of the
 * next number, after which those before it are removed. So it needs no more of a driver than the
 * snapshots do, and a reader finds a whole one at any time. No answer rests on it: what cannot be read is
 * left out, and two writers at most lose what one of them saw.
 */
export class HistoryFile {
  readonly #driver: StorageDriver;

  constructor(driver: StorageDriver) {
    this.#driver = driver;
  }

  /** The newest that can be read; undefined when there is none. */
  async read(): Promise<HistoryContent | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
      const numbers = healthsOf(await this.#driver.list());
      let isGone = false;
      for (const number of numbers) {
        const bytes = await this.#driver.read(healthName(number));
        isGone ||= bytes === undefined;
        const content = bytes && decodeHistory(bytes);
        if (content !== undefined) return content;
      }
      if (!isGone) return undefined;
    }
    return undefined;
  }

  /** Rejects with a DamaskError; ConflictError when another writer was at it at the same moment. */
  async write(bytes: Uint8Array): Promise<void> {
    const numbers = healthsOf(await this.#driver.list());
    await this.#driver.create(healthName((numbers[0] ?? 0) + 1), [bytes]);
    for (const number of numbers) await this.#driver.remove(healthName(number));
  }
}
