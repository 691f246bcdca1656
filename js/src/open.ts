import { runtime } from '#runtime';
import { chooseEngine, type Chosen } from './chain.js';
import { describe } from './describe.js';
import { resolveConfig, withoutUndefined } from './config/resolve.js';
import type { Engine } from './engine.js';
import { ConflictError, InvalidArgumentError, SnapshotError } from './errors.js';
import type { ImplementationInfo, IPatternStore, PatternStoreConfig } from './interface.js';
import { LocalPatternStore } from './pattern_store/local.js';
import { Persister, type Recovered } from './pattern_store/persister.js';
import { Turns } from './pattern_store/turns.js';
import { readAll, type SnapshotSource } from './snapshot_source.js';
import { StoredGenerations, type ReadJournal } from './storage/generations.js';
import type { StoredJournal } from './storage/stored_journal.js';
import type { Store } from './store.js';
import type { CreateOptions } from './types.js';
import { openInWorker } from './worker/remote.js';

/**
 * Opens the store that the configuration names, or makes an empty one, on the first engine of the
 * chain native, wasm-simd, wasm-scalar that works here.
 *
 * Throws InvalidArgumentError (a field of the configuration, or one that differs from the stored
 * store's), LoadError (no engine works), SnapshotError (what is stored is damaged or too new) and
 * DamaskError `IO`.
 */
export async function openPatternStore(config: PatternStoreConfig = {}): Promise<IPatternStore> {
  return open(await resolveConfig(config), undefined);
}

/**
 * The store that a snapshot holds, whichever backend and runtime wrote it. With storage, which must be
 * empty, the snapshot becomes its first generation.
 *
 * Throws as `openPatternStore`, and ConflictError when there is a store in the storage already.
 */
export async function fromSnapshot(
  snapshot: SnapshotSource,
  config: PatternStoreConfig = {},
): Promise<IPatternStore> {
  const resolved = await resolveConfig(config);
  return open(resolved, await readAll(snapshot));
}

async function open(
  config: PatternStoreConfig,
  snapshot: Uint8Array | undefined,
): Promise<IPatternStore> {
  if (config.worker) return openInWorker(runtime.startWorker(), config, snapshot);
  const chosen = await chooseEngine(config);
  const driver =
    config.storage ??
    (config.storagePath === undefined ? undefined : await runtime.openStorage(config.storagePath));
  try {
    const stored = driver && (await StoredGenerations.open(driver));
    return await start(config, chosen, stored, snapshot, driver?.name ?? 'none');
  } catch (cause) {
    await driver?.close();
    throw cause;
  }
}

async function start(
  config: PatternStoreConfig,
  chosen: Chosen,
  stored: StoredGenerations | undefined,
  snapshot: Uint8Array | undefined,
  storage: string,
): Promise<IPatternStore> {
  if (snapshot !== undefined && stored !== undefined && stored.generation > 0)
    throw new ConflictError(
      `there is a store in ${config.storagePath ?? `the ${storage} storage`} already: ` +
        'open it without the snapshot, or choose another place',
    );
  const { store, recovered } = await openOrCreate(config, chosen.engine, stored, snapshot);
  const turns = new Turns();
  const persister = stored && new Persister(store, turns, stored, recovered);
  const autoPersist = config.autoPersist ?? true;
  if (persister?.generation === 0) {
    persister.markDirty();
    if (autoPersist) await persister.flush();
  }
  return new LocalPatternStore({
    ...{ store, turns, persister, autoPersist, recovered: recovered.changes },
    info: infoOf(chosen, storage),
    enableMetrics: config.enableMetrics ?? true,
    efSearch: config.hnsw?.efSearch,
  });
}

interface Opened {
  store: Store;
  recovered: Recovered;
}

/** The store that the snapshot holds, or else what is stored, or else an empty one. */
async function openOrCreate(
  config: PatternStoreConfig,
  engine: Engine,
  stored: StoredGenerations | undefined,
  snapshot: Uint8Array | undefined,
): Promise<Opened> {
  const changes = { changes: 0, tornBytes: 0 };
  const recovered = { journal: undefined, recording: false, snapshotBytes: 0, changes };
  if (snapshot !== undefined) return { store: openStore(engine, snapshot, config), recovered };
  const found = stored && (await recover(engine, stored, config));
  return found ?? { store: engine.createStore(createOptions(config)), recovered };
}

function createOptions({
  dimension,
  metric,
  precision,
  hnsw,
  seed,
}: PatternStoreConfig): CreateOptions {
  return withoutUndefined({ dimension, metric, precision, hnsw, seed });
}

/** A snapshot's store, which must be what the configuration says, in every field that it sets. */
function openStore(engine: Engine, bytes: Uint8Array, config: PatternStoreConfig): Store {
  const store = engine.openStore(bytes);
  const { hnsw, ...wanted } = createOptions(config);
  const { efConstruction, m } = hnsw ?? {};
  return orDispose(store, () => {
    checkSame({ ...wanted }, { ...store.options }, '');
    checkSame({ m, efConstruction }, { ...store.options.hnsw }, 'hnsw.');
    return store;
  });
}

/** What is stored: the newest snapshot, and the changes that its journals hold. */
async function recover(
  engine: Engine,
  stored: StoredGenerations,
  config: PatternStoreConfig,
): Promise<Opened | undefined> {
  for (;;) {
    const bytes = await stored.read();
    if (bytes === undefined) return undefined;
    const journals = await stored.readJournals();
    // Another writer has gone on meanwhile: its journals are those of a newer snapshot.
    if (await stored.isOutdated()) continue;
    try {
      const store = openStore(engine, bytes, config);
      return orDispose(store, () => replayAll(store, journals, bytes.byteLength));
    } catch (cause) {
      throw cause instanceof SnapshotError ? await stored.explain(cause) : cause;
    }
  }
}

/** A journal that is torn, or followed by another, is at its end: a snapshot begins the next. */
function replayAll(store: Store, journals: readonly ReadJournal[], snapshotBytes: number): Opened {
  let journal: StoredJournal | undefined;
  let recording = false;
  const found = { changes: 0, tornBytes: 0 };
  for (const { journal: next, bytes } of journals) {
    const { changes, tornBytes } = store.replay(bytes);
    found.changes += changes;
    found.tornBytes = tornBytes;
    recording = tornBytes === 0;
    journal = journals.length === 1 && recording ? next : undefined;
  }
  return { store, recovered: { journal, recording, snapshotBytes, changes: found } };
}

function orDispose<T>(store: Store, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    store.dispose();
    throw cause;
  }
}

function checkSame(
  wanted: Readonly<Record<string, unknown>>,
  stored: Readonly<Record<string, unknown>>,
  prefix: string,
): void {
  for (const [field, value] of Object.entries(wanted))
    // Not strictly: a seed may be a number here and a bigint there.
    if (value !== undefined && value != stored[field])
      throw new InvalidArgumentError(
        `config: ${prefix}${field} is ${describe(value)}, but the store was created with ${describe(stored[field])}`,
      );
}

function infoOf({ engine, backend, passedOver }: Chosen, storage: string): ImplementationInfo {
  const { version, target, instructionSet } = engine.info();
  const features = ['exact-search', 'filters', 'mmr', 'batch', 'usage', 'snapshot', 'rebuild'];
  if (storage !== 'none') features.push('persistent');
  return {
    ...{ type: backend, version, features, instructionSet, target },
    ...{ runtime: runtime.name, storage, passedOver },
  };
}
