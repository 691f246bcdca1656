import { describe } from '../describe.js';
import { withoutUndefined } from '../config/resolve.js';
import type { Engine } from '../engine.js';
import {
  ConflictError,
  InvalidArgumentError,
  JournalError,
  SnapshotError,
  type SnapshotErrorCode,
} from '../errors.js';
import type { PatternStoreConfig } from '../config/shape.js';
import type { ReadJournal, StoredGenerations } from '../storage/generations.js';
import { journalName } from '../storage/names.js';
import type { StoredJournal } from '../storage/stored_journal.js';
import type { Store } from '../store.js';
import type { CreateOptions, MetadataField, ReplayReport } from '../types.js';
import type { Recovered } from './persister.js';

/** Others may take files away while they are read, each time for newer ones. */
const ATTEMPTS = 64;

/** A store as it was found, and what there was to find. */
export interface Opened {
  store: Store;
  recovered: Recovered;
  /** The journal that was replayed last, where there was one. */
  last?: StoredJournal | undefined;
}

/** What of a configuration an engine makes a store of. */
function createOptions({
  dimension,
  metric,
  precision,
  hnsw,
  seed,
  indexingThreshold,
  metadataFields,
}: PatternStoreConfig): CreateOptions {
  return withoutUndefined({
    ...{ dimension, metric, precision, hnsw, seed, indexingThreshold },
    metadataFields,
  });
}

/** The threads that link patterns of a store: WebAssembly has one. */
export function buildThreadsOf(engine: Engine, { buildThreads = 1 }: PatternStoreConfig): number {
  return engine.info().target === 'wasm32' ? 1 : buildThreads;
}

export function createStore(engine: Engine, config: PatternStoreConfig): Store {
  const store = engine.createStore(createOptions(config));
  return orDispose(store, () => {
    store.setBuildThreads(buildThreadsOf(engine, config));
    return store;
  });
}

/** A snapshot's store, which must be what the configuration says, in every field that it sets. */
export function openStore(engine: Engine, bytes: Uint8Array, config: PatternStoreConfig): Store {
  const store = engine.openStore(bytes);
  const { hnsw, metadataFields, ...wanted } = createOptions(config);
  const { efConstruction, m } = hnsw ?? {};
  return orDispose(store, () => {
    checkSame({ ...wanted }, { ...store.options }, '');
    checkSame({ m, efConstruction }, { ...store.options.hnsw }, 'hnsw.');
    if (metadataFields) checkSameFields(metadataFields, store.options.metadataFields);
    store.setBuildThreads(buildThreadsOf(engine, config));
    return store;
  });
}

/** What is stored: the newest snapshot, and the changes that its journals hold. */
export async function recover(
  engine: Engine,
  stored: StoredGenerations,
  config: PatternStoreConfig,
): Promise<Opened | undefined> {
  let journals: readonly ReadJournal[] | ConflictError | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
    const bytes = await stored.read();
    if (bytes === undefined) return undefined;
    journals = await readJournals(stored);
    // Another writer has gone on meanwhile: its journals are those of a newer snapshot.
    if (journals instanceof ConflictError || (await stored.moveOn())) continue;
    const found = journals;
    let store: Store;
    try {
      store = openStore(engine, bytes, config);
    } catch (cause) {
      throw cause instanceof SnapshotError ? await stored.explain(cause) : cause;
    }
    try {
      return orDispose(store, () => replayAll(store, found, bytes.byteLength));
    } catch (cause) {
      // A file that is written over while it is read may show a later write and not the one before.
      if (!(cause instanceof JournalError) || !(await haveChanged(stored, found))) throw cause;
    }
  }
  if (journals instanceof ConflictError) throw journals;
  throw new ConflictError(`the store was replaced ${ATTEMPTS} times while it was read`);
}

/** The error when one was taken away meanwhile, for a snapshot that has its changes. */
async function readJournals(stored: StoredGenerations): Promise<ReadJournal[] | ConflictError> {
  try {
    return await stored.readJournals();
  } catch (cause) {
    if (cause instanceof ConflictError) return cause;
    throw cause;
  }
}

/** Whether the journals are others by now than they were read. */
async function haveChanged(
  stored: StoredGenerations,
  before: readonly ReadJournal[],
): Promise<boolean> {
  const now = await readJournals(stored);
  if (now instanceof ConflictError || now.length !== before.length) return true;
  return now.some(({ bytes }, i) => {
    const old = (before[i] as ReadJournal).bytes;
    return bytes.byteLength !== old.byteLength || bytes.some((byte, at) => byte !== old[at]);
  });
}

/** The last journal goes on, unless it is torn. */
function replayAll(store: Store, journals: readonly ReadJournal[], snapshotBytes: number): Opened {
  let journal: StoredJournal | undefined;
  const found = { changes: 0, tornBytes: 0 };
  for (const { journal: next, bytes } of journals) {
    const { changes, tornBytes } = replay(store, next, bytes);
    found.changes += changes;
    found.tornBytes = tornBytes;
    journal = tornBytes === 0 ? next : undefined;
  }
  const last = journals.at(-1)?.journal;
  const recovered = { journal, hasJournals: journals.length > 0, snapshotBytes, changes: found };
  return { store, last, recovered };
}

/** A journal of a newer version is refused by its own name, not the snapshot's. */
function replay(store: Store, journal: StoredJournal, bytes: Uint8Array): ReplayReport {
  try {
    return store.replay(bytes);
  } catch (cause) {
    if (!(cause instanceof SnapshotError)) throw cause;
    const name = journalName(journal.generation, journal.parts);
    throw new SnapshotError(
      cause.code as SnapshotErrorCode,
      `${name} cannot be opened: ${cause.message}`,
      { cause },
    );
  }
}

function orDispose<T>(store: Store, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    store.dispose();
    throw cause;
  }
}

function checkSameFields(wanted: readonly MetadataField[], stored: readonly MetadataField[]): void {
  const shown = (fields: readonly MetadataField[]): string =>
    fields.map(({ name, kind }) => `${JSON.stringify(name)} (${kind})`).join(', ') || 'none';
  if (shown(wanted) !== shown(stored))
    throw new InvalidArgumentError(
      `config: metadataFields are ${shown(wanted)}, but the store was created with ${shown(stored)}`,
    );
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
