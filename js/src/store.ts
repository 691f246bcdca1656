/// <reference lib="esnext.disposable" preserve="true" />
import type { BackendStore } from './backend.js';
import {
  checkFilter,
  checkInteger,
  checkPattern,
  checkRebuildKind,
  checkSearchOptions,
  checkText,
  checkUint32,
  toBytes,
  toFloats,
} from './check.js';
import { DisposedError, OutOfMemoryError } from './errors.js';
import type {
  Filter,
  GraphCensus,
  Pattern,
  PatternInput,
  RebuildKind,
  RebuildProgress,
  RepairReport,
  ReplayReport,
  SearchOptions,
  SearchResult,
  SlotSearchResult,
  StoreOptions,
  StoreStats,
  Vector,
  Verdict,
} from './types.js';

/**
 * A pattern store: records with embeddings, searched by similarity. It holds memory outside the
 * garbage collector's sight until `dispose()`.
 *
 * Deterministic: the same calls in the same order give the same ids, the same scores to the last
 * bit and a byte-identical snapshot on every engine.
 *
 * Every method throws InvalidArgumentError for a value of the wrong type or out of its range,
 * DisposedError after `dispose()`, and OutOfMemoryError when memory is exhausted. A refused call
 * has changed nothing.
 */
export class Store {
  /** The same as `dispose()`, for `using`; present where the runtime has `Symbol.dispose`. */
  declare [Symbol.dispose]: () => void;

  #backend: BackendStore | undefined;

  /** Stores come from {@link Engine}. */
  constructor(backend: BackendStore) {
    this.#backend = backend;
  }

  /** What the store was created with. */
  get options(): StoreOptions {
    return this.#store().options();
  }

  /** Live patterns. */
  get size(): number {
    return this.#store().size();
  }

  /** Whether `dispose()` was called. */
  get disposed(): boolean {
    return this.#backend === undefined;
  }

  contains(id: string): boolean {
    checkText(id, 'id');
    return this.#store().contains(id);
  }

  /** Measured figures; all bytes are bytes. */
  stats(): StoreStats {
    return this.#store().stats();
  }

  /** Throws what `upsert` and `stage` would throw (but OutOfMemoryError), and does nothing else. */
  check(pattern: PatternInput, embedding: Vector): void {
    checkPattern(pattern);
    const floats = toFloats(embedding, 'embedding');
    this.#store().check(pattern, floats);
  }

  /**
   * Stores the pattern under its id, replacing what was there.
   * @param embedding `options.dimension` finite components; a copy is taken
   */
  upsert(pattern: PatternInput, embedding: Vector): void {
    checkPattern(pattern);
    const floats = toFloats(embedding, 'embedding');
    this.#store().upsert(pattern, floats);
  }

  /** Removes the pattern; false when there is none of that id. */
  remove(id: string): boolean {
    checkText(id, 'id');
    return this.#store().remove(id);
  }

  /**
   * Counts one use, with its outcome when there is one; false when there is no such id.
   * @param nowMs milliseconds since 1970-01-01T00:00:00Z
   */
  recordUsage(id: string, outcome: Verdict | undefined, nowMs: number): boolean {
    checkText(id, 'id');
    if (outcome !== undefined) checkText(outcome, 'outcome');
    checkInteger(nowMs, 'nowMs');
    return this.#store().recordUsage(id, outcome, nowMs);
  }

  /** Removes everything; the options stay. Throws InvalidStateError while patterns are staged. */
  clear(): void {
    this.#store().clear();
  }

  /**
   * Takes a pattern as `upsert` does, but nothing finds it, and it replaces nothing, before
   * `commitStaged()` makes all that is staged visible at once: a batch, all or nothing, in as many
   * calls as the caller likes. Other changes may come in between and work on what is visible; `save`
   * and `clear` throw InvalidStateError meanwhile. A refused pattern leaves those staged before it.
   */
  stage(pattern: PatternInput, embedding: Vector): void {
    checkPattern(pattern);
    const floats = toFloats(embedding, 'embedding');
    this.#store().stage(pattern, floats);
  }

  /** Upserts the staged patterns, in the order of staging: each replaces what is under its id. */
  commitStaged(): void {
    this.#store().commitStaged();
  }

  /** Erases the staged patterns, as `remove` would. */
  discardStaged(): void {
    this.#store().discardStaged();
  }

  /** Patterns staged and neither committed nor discarded. */
  get stagedCount(): number {
    return this.#store().stagedCount();
  }

  /**
   * How many threads link new patterns, that of the caller included; 1 to begin with. The store comes
   * out the same, to the byte. Throws InvalidArgumentError (not in [1, 64]) and UnsupportedError (more
   * than 1 where the engine has no threads, as in WebAssembly, or they cannot be started).
   */
  setBuildThreads(threads: number): void {
    checkUint32(threads, 'threads');
    this.#store().setBuildThreads(threads);
  }

  /**
   * Begins to rebuild the index without its tombstones, in slices, beside the present one, which
   * answers meanwhile: linking every pattern anew, or keeping the links (see {@link RebuildKind}).
   * Ids, records, usage, the sequence and exact scores stay the same to the bit. Every other method may be called meanwhile, and its changes are taken along; `clear` cancels.
   * Until it is finished or cancelled, a rebuild holds a second index of the patterns it has copied.
   * Throws InvalidStateError when one is under way.
   */
  beginRebuild(kind: RebuildKind = 'relink'): void {
    checkRebuildKind(kind);
    this.#store().beginRebuild(kind);
  }

  /**
   * Goes on by `maxPatterns` patterns (at least 1), which are copied or linked; true when none is left
   * and `finishRebuild` may be called. It waits at a staged pattern. Throws InvalidStateError when no
   * rebuild is under way; after OutOfMemoryError it is cancelled.
   */
  stepRebuild(maxPatterns: number): boolean {
    checkUint32(maxPatterns, 'maxPatterns');
    return this.#store().stepRebuild(maxPatterns);
  }

  /**
   * Puts the new index in place; slots are numbered anew. Throws InvalidStateError when no rebuild is
   * under way or patterns are left to be copied.
   */
  finishRebuild(): void {
    this.#store().finishRebuild();
  }

  /** Gives a rebuild up, when there is one. */
  cancelRebuild(): void {
    this.#store().cancelRebuild();
  }

  /** How far the rebuild is that is under way, or undefined. */
  get rebuildProgress(): RebuildProgress | undefined {
    return this.#store().rebuildProgress();
  }

  /**
   * Begins to look at all links, a few nodes at a time, while the store goes on: which patterns can be
   * reached, and which hang by few links. The one before is forgotten, as when the index is replaced.
   */
  beginCensus(): void {
    this.#store().beginCensus();
  }

  /** Looks at `maxNodes` (at least 1) more; what was found, when that was all. Throws InvalidStateError. */
  stepCensus(maxNodes: number): GraphCensus | undefined {
    checkUint32(maxNodes, 'maxNodes');
    return this.#store().stepCensus(maxNodes);
  }

  /**
   * Links the next `maxNodes` (at least 1) of the patterns that the last census has found unreachable,
   * or with fewer than two links that lead to them; undefined when nothing is left. Throws
   * InvalidStateError when no census is complete.
   */
  stepRepair(maxNodes: number): RepairReport | undefined {
    checkUint32(maxNodes, 'maxNodes');
    return this.#store().stepRepair(maxNodes);
  }

  /** Gives up what a census holds, when there is one. */
  cancelCensus(): void {
    this.#store().cancelCensus();
  }

  /**
   * The pattern of that id, or undefined. Throws UnsupportedError when a whole number of it, written
   * by another language, is beyond `Number.MAX_SAFE_INTEGER`.
   */
  get(id: string): Pattern | undefined {
    checkText(id, 'id');
    return this.#store().get(id);
  }

  /** The embedding of that id, or undefined; how exact it is, {@link StoreOptions.precision} says. */
  embedding(id: string): Float32Array | undefined {
    checkText(id, 'id');
    return this.#store().embedding(id);
  }

  /**
   * The min(k, matches) most similar live patterns, best first: k come back whenever k match the
   * filter (and reach the threshold).
   */
  search(query: Vector, options: SearchOptions = {}): SearchResult {
    checkSearchOptions(options);
    const floats = toFloats(query, 'query');
    return this.#store().search(floats, options);
  }

  /** The same in numbers, for tight loops: no strings are made. */
  searchSlots(query: Vector, options: SearchOptions = {}): SlotSearchResult {
    checkSearchOptions(options);
    const floats = toFloats(query, 'query');
    return this.#store().searchSlots(floats, options);
  }

  /** Live patterns that match the filter. */
  count(filter: Filter = {}): number {
    checkFilter(filter);
    return this.#store().count(filter);
  }

  /** The slots of those, in order of insertion; valid until the store next changes. */
  matches(filter: Filter = {}): Uint32Array {
    checkFilter(filter);
    return this.#store().matches(filter);
  }

  /** The first live slot at or after `from`, in order of insertion; undefined when there is none. */
  nextSlot(from: number): number | undefined {
    checkUint32(from, 'from');
    return this.#store().nextSlot(from);
  }

  /** The id in a slot, or undefined when the slot is not live. */
  idOf(slot: number): string | undefined {
    checkUint32(slot, 'slot');
    return this.#store().idOf(slot);
  }

  /** What `get` returns, by slot. */
  patternAt(slot: number): Pattern | undefined {
    checkUint32(slot, 'slot');
    return this.#store().patternAt(slot);
  }

  /**
   * What `patternAt` returns, for many slots in one call; without content, that is ''. Throws
   * InvalidArgumentError when a slot is not live.
   */
  patternsAt(slots: Uint32Array, withContent = true): Pattern[] {
    return this.#store().patternsAt(slots, withContent);
  }

  /** What `embedding` returns, by slot. */
  embeddingAt(slot: number): Float32Array | undefined {
    checkUint32(slot, 'slot');
    return this.#store().embeddingAt(slot);
  }

  /**
   * A snapshot, front to back, in chunks of at most 1 MiB. Throws InvalidStateError while patterns are
   * staged.
   */
  saveChunks(): Uint8Array[] {
    return this.#store().saveChunks();
  }

  /** A snapshot in one piece. Throws InvalidStateError while patterns are staged. */
  save(): Uint8Array {
    const chunks = this.saveChunks();
    const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const snapshot = allocate(total);
    let offset = 0;
    for (const chunk of chunks) {
      snapshot.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return snapshot;
  }

  /**
   * Writes a snapshot in slices, while the store goes on: of the store as it is now, whatever changes
   * afterwards. Throws InvalidStateError when one is under way, or while patterns are staged.
   */
  beginSnapshot(): void {
    this.#store().beginSnapshot();
  }

  /**
   * Goes on for about `maxBytes` bytes, which are first all measured, when it returns no bytes, and then
   * all written; undefined when everything had been written by the call before, which ends it. An error
   * ends it too. Throws InvalidStateError when none is under way.
   */
  stepSnapshot(maxBytes: number): Uint8Array | undefined {
    checkUint32(maxBytes, 'maxBytes');
    return this.#store().stepSnapshot(maxBytes);
  }

  /** Gives a snapshot up, when there is one. */
  cancelSnapshot(): void {
    this.#store().cancelSnapshot();
  }

  /**
   * Begins a journal that continues the store as it is now, and returns its first bytes. From now on
   * every change is collected for `takeJournal`. Throws InvalidStateError while patterns are staged, or
   * when changes were not taken yet.
   */
  beginJournal(): Uint8Array {
    return this.#store().beginJournal();
  }

  /**
   * The changes since the last call, as one frame to append to the journal: all of it is replayed or
   * nothing. Empty when nothing has changed. Throws InvalidStateError when there is no journal.
   * @param synced how many bytes of the journal are known to be durable
   */
  takeJournal(synced: number): Uint8Array {
    checkInteger(synced, 'synced');
    return this.#store().takeJournal(synced);
  }

  /**
   * Makes the changes of a journal that continues this store as it is. Unless its end is torn, it goes
   * on with `takeJournal`. Throws JournalError: JOURNAL_MISMATCH with nothing changed, and
   * JOURNAL_CORRUPT, after which the store must be disposed of.
   */
  replay(journal: ArrayBuffer | ArrayBufferView): ReplayReport {
    return this.#store().replay(toBytes(journal, 'journal'));
  }

  /** Gives the store's memory back. Disposing twice is allowed; any other call afterwards throws. */
  dispose(): void {
    this.#backend?.release();
    this.#backend = undefined;
  }

  #store(): BackendStore {
    if (this.#backend === undefined) throw new DisposedError('the store was disposed of');
    return this.#backend;
  }
}

if ((Symbol as { dispose?: symbol }).dispose !== undefined)
  Object.defineProperty(Store.prototype, Symbol.dispose, {
    value: function (this: Store) {
      this.dispose();
    },
  });

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new OutOfMemoryError(`a snapshot of ${bytes} bytes does not fit into memory`, { cause });
  }
}
