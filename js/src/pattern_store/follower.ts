import type { Engine } from '../engine.js';
import { ConflictError, JournalError, NotFoundError } from '../errors.js';
import type { PatternStoreConfig } from '../config/shape.js';
import type { RecoveredChanges, RefreshReport } from '../interface.js';
import type { StorageDriver } from '../storage/driver.js';
import { StoredGenerations } from '../storage/generations.js';
import { generationOf, generationsOf, journalsOf } from '../storage/names.js';
import { StoredJournal } from '../storage/stored_journal.js';
import type { Store } from '../store.js';
import { recover, type Opened } from './recover.js';

/**
 * A store that is read and never written, in the wake of whoever writes it: replays what the journals
 * have got since, and reads the store anew where they cannot be followed.
 */
export class Follower {
  readonly #driver: StorageDriver;
  readonly #engine: Engine;
  readonly #config: PatternStoreConfig;
  #store: Store;
  #generation: number;
  /** The journal that was replayed last. */
  #journal: Place | undefined;
  readonly recovered: RecoveredChanges;

  private constructor(
    driver: StorageDriver,
    engine: Engine,
    config: PatternStoreConfig,
    found: Found,
  ) {
    const { store, generation, recovered } = found;
    this.#driver = driver;
    this.#engine = engine;
    this.#config = config;
    this.#store = store;
    this.#generation = generation;
    this.#journal = placeOf(found);
    this.recovered = recovered.changes;
  }

  /** Throws NotFoundError when nothing is stored. */
  static async open(
    driver: StorageDriver,
    engine: Engine,
    config: PatternStoreConfig,
  ): Promise<Follower> {
    return new Follower(driver, engine, config, await find(driver, engine, config));
  }

  /** The store as it was read or refreshed last; another one after it was read anew. */
  get store(): Store {
    return this.#store;
  }

  /** The generation of what was read last, snapshot or journal. */
  get generation(): number {
    return this.#generation;
  }

  /** Takes along what was stored before the call. One at a time. */
  async refresh(): Promise<RefreshReport> {
    const before = this.#store.stats().sequence;
    const reopened = !(await this.#follow());
    if (reopened) await this.#readAnew();
    const { sequence } = this.#store.stats();
    return { changes: sequence - before, sequence, generation: this.#generation, reopened };
  }

  async close(): Promise<void> {
    await this.#driver.close();
  }

  /** False when the journals do not lead from here to what is stored now. */
  async #follow(): Promise<boolean> {
    const names = await this.#driver.list();
    const at = this.#journal?.generation ?? this.#generation;
    const journals = journalsOf(names).filter((generation) => generation >= at);
    const newest = Math.max(at, ...journals);
    // A snapshot of its own, which may hold what no journal has; or all that we know is gone.
    if ((generationsOf(names)[0] ?? 0) > newest) return false;
    if (!names.some((name) => generationOf(name) >= at)) return false;
    try {
      for (const generation of journals) await this.#replay(generation);
      return true;
    } catch (cause) {
      // Taken away meanwhile, or not what we have seen the beginning of.
      if (cause instanceof ConflictError || cause instanceof JournalError) return false;
      throw cause;
    }
  }

  async #replay(generation: number): Promise<void> {
    const read = await StoredJournal.read(this.#driver, generation);
    const bytes = read?.bytes ?? new Uint8Array();
    const { generation: last, bytes: seen } = this.#journal ?? { generation: 0, bytes: 0 };
    if (generation === last && bytes.byteLength === seen) return;
    const { tornBytes } = this.#store.replay(bytes);
    // The rest may be a write that is under way, in space that was made ahead for it.
    this.#journal = { generation, bytes: bytes.byteLength - tornBytes };
    this.#generation = generation;
  }

  /** Searches go on with the store as it was until the new one is there. */
  async #readAnew(): Promise<void> {
    const found = await find(this.#driver, this.#engine, this.#config);
    const old = this.#store;
    this.#store = found.store;
    this.#generation = found.generation;
    this.#journal = placeOf(found);
    old.dispose();
  }
}

/** A journal, and how long it was. */
interface Place {
  generation: number;
  bytes: number;
}

interface Found extends Opened {
  generation: number;
}

async function find(
  driver: StorageDriver,
  engine: Engine,
  config: PatternStoreConfig,
): Promise<Found> {
  const stored = await StoredGenerations.open(driver);
  const found = await recover(engine, stored, config);
  if (found === undefined)
    throw new NotFoundError(
      `there is no store in ${config.storagePath ?? `the ${driver.name} storage`} to read`,
    );
  return { ...found, generation: found.last?.generation ?? stored.generation };
}

function placeOf({ last, recovered }: Opened): Place | undefined {
  const { tornBytes } = recovered.changes;
  return last && { generation: last.generation, bytes: last.size - tornBytes };
}
