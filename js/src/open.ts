import { runtime } from '#runtime';
import { chooseEngine, warnOperator, type Chosen } from './chain.js';
import { resolveConfig } from './config/resolve.js';
import type { Engine } from './engine.js';
import { ConflictError, InvalidArgumentError } from './errors.js';
import { History } from './health/history.js';
import { HistoryFile } from './health/history_file.js';
import type { PatternStoreConfig } from './config/shape.js';
import type { ImplementationInfo, IPatternStore } from './interface.js';
import { Follower } from './pattern_store/follower.js';
import { policyOf } from './pattern_store/durability.js';
import { LocalPatternStore, type Parts } from './pattern_store/local.js';
import { Persister } from './pattern_store/persister.js';
import {
  buildThreadsOf,
  createStore,
  openStore,
  recover,
  type Opened,
} from './pattern_store/recover.js';
import { Turns } from './pattern_store/turns.js';
import { readAll, type SnapshotSource } from './snapshot_source.js';
import type { StorageDriver, StorageLock } from './storage/driver.js';
import { StoredGenerations } from './storage/generations.js';
import { openInWorker } from './worker/remote.js';

/**
 * Opens the store that the configuration names, or makes an empty one, on the first engine of the
 * chain native, wasm-simd, wasm-scalar that works here.
 *
 * Throws InvalidArgumentError (a field of the configuration, or one that differs from the stored
 * store's), LoadError (no engine works), SnapshotError (what is stored is damaged or too new),
 * LockedError (another writer has the store), NotFoundError (with `readOnly`: there is none) and
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
  if (config.readOnly) checkReadable(config, snapshot);
  if (config.worker) return openInWorker(runtime.startWorker(), config, snapshot);
  const chosen = await chooseEngine(config);
  const { storage, storagePath, readOnly = false } = config;
  const driver =
    storage ??
    (storagePath === undefined ? undefined : await runtime.openStorage(storagePath, { readOnly }));
  let lock: StorageLock | undefined;
  try {
    if (driver !== undefined && readOnly) return await openReader(config, chosen, driver);
    lock = await driver?.lock?.({ runtime: holderOf(chosen) });
    const stored = driver && (await StoredGenerations.open(driver));
    return await start(config, chosen, { driver, stored, lock }, snapshot);
  } catch (cause) {
    await driver?.close();
    await lock?.release();
    throw cause;
  }
}

function checkReadable({ storage, storagePath }: PatternStoreConfig, snapshot?: Uint8Array): void {
  if (snapshot !== undefined)
    throw new InvalidArgumentError('config: readOnly is for openPatternStore, not fromSnapshot');
  if (storage === undefined && storagePath === undefined)
    throw new InvalidArgumentError(
      'config: readOnly needs a store to read: storagePath or storage',
    );
}

/** As a second writer is told of it: 'node 20.20.2 (native)'. */
function holderOf({ backend }: Chosen): string {
  return `${`${runtime.name} ${runtime.version}`.trim()} (${backend})`;
}

/** Where a store is written to; nothing of it is there where it is in memory alone. */
interface Place {
  driver: StorageDriver | undefined;
  stored: StoredGenerations | undefined;
  lock: StorageLock | undefined;
}

async function start(
  config: PatternStoreConfig,
  chosen: Chosen,
  { driver, stored, lock }: Place,
  snapshot: Uint8Array | undefined,
): Promise<IPatternStore> {
  const storage = driver?.name ?? 'none';
  if (snapshot !== undefined && stored !== undefined && stored.generation > 0)
    throw new ConflictError(
      `there is a store in ${config.storagePath ?? `the ${storage} storage`} already: ` +
        'open it without the snapshot, or choose another place',
    );
  const { store, recovered } = await openOrCreate(config, chosen.engine, stored, snapshot);
  const turns = { turns: new Turns(), snapshots: new Turns() };
  const policy = policyOf(config);
  const persister =
    stored &&
    new Persister({
      ...{ store, turns, stored, recovered, policy },
      warn: (message) => {
        warnOperator(message, config);
      },
    });
  const isNew = persister?.generation === 0;
  if (isNew && policy.policy !== 'manual') await persister.flush();
  const historyFile = driver && new HistoryFile(driver);
  // What is there beside a new store is another one's.
  const kept = isNew ? undefined : historyFile?.read();
  const history = await kept?.catch((cause: unknown) => {
    warnOperator(`damask could not read the history of a store: ${String(cause)}`, config);
    return undefined;
  });
  return new LocalPatternStore({
    ...{ ...turns, persister, lock, recovered: recovered.changes, follower: undefined },
    ...settingsOf(config, chosen, storage, historyFile, new History(history)),
    store,
  });
}

/** A store that is read beside its writer, which may be anywhere. */
async function openReader(
  config: PatternStoreConfig,
  chosen: Chosen,
  driver: StorageDriver,
): Promise<IPatternStore> {
  const follower = await Follower.open(driver, chosen.engine, config);
  return new LocalPatternStore({
    ...{ follower, store: follower.store, recovered: follower.recovered },
    ...{ turns: new Turns(), snapshots: new Turns() },
    ...{ persister: undefined, lock: undefined },
    ...settingsOf(config, chosen, driver.name, new HistoryFile(driver), new History()),
  });
}

function settingsOf(
  config: PatternStoreConfig,
  chosen: Chosen,
  storage: string,
  historyFile: HistoryFile | undefined,
  history: History,
): Pick<Parts, 'info' | 'enableMetrics' | 'care'> {
  const { targets, efControl, onHealth, hnsw, enableMetrics = true } = config;
  return {
    info: infoOf(chosen, storage, config),
    enableMetrics,
    care: {
      ...{ targets, efControl, onHealth, efSearch: hnsw?.efSearch, history, historyFile },
      healing: config.healing ?? (enableMetrics ? 'auto' : 'off'),
      // Between requests workerd runs nothing.
      hasTimers: runtime.name !== 'workerd',
      warn: (message) => {
        warnOperator(message, config);
      },
    },
  };
}

/** The store that the snapshot holds, or else what is stored, or else an empty one. */
async function openOrCreate(
  config: PatternStoreConfig,
  engine: Engine,
  stored: StoredGenerations | undefined,
  snapshot: Uint8Array | undefined,
): Promise<Opened> {
  const changes = { changes: 0, tornBytes: 0 };
  const recovered = { journal: undefined, hasJournals: false, snapshotBytes: 0, changes };
  if (snapshot !== undefined) return { store: openStore(engine, snapshot, config), recovered };
  const found = stored && (await recover(engine, stored, config));
  return found ?? { store: createStore(engine, config), recovered };
}

function infoOf(
  { engine, backend, passedOver }: Chosen,
  storage: string,
  config: PatternStoreConfig,
): ImplementationInfo {
  const { version, target, instructionSet } = engine.info();
  const features = [
    'exact-search',
    'filters',
    'mmr',
    'batch',
    'usage',
    'snapshot',
    'rebuild',
    'healing',
  ];
  if (storage !== 'none') features.push('persistent');
  return {
    ...{ type: backend, version, features, instructionSet, target },
    buildThreads: buildThreadsOf(engine, config),
    ...{ runtime: runtime.name, storage, passedOver },
  };
}
