import type { BackendStore } from '../backend.js';
import { OutOfMemoryError } from '../errors.js';
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
  Verdict,
} from '../types.js';
import type { Exchange } from './exchange.js';
import {
  readCensus,
  readPatterns,
  readReplayReport,
  readSearchResult,
  readSlotSearchResult,
  readStats,
  readStoreOptions,
  writePattern,
  writeSearchOptions,
  writeUsage,
} from './marshal.js';
import { ABSENT } from './module.js';
import type { ChunkSink, WireStore } from './module.js';
import type { WireReader } from './wire.js';

/** By their numbers in the core. */
const REBUILD_KINDS: readonly RebuildKind[] = ['relink', 'compact'];

/** One store of a module. */
export class WireBackendStore implements BackendStore {
  readonly #exchange: Exchange;
  readonly #store: WireStore;

  constructor(exchange: Exchange, store: WireStore) {
    this.#exchange = exchange;
    this.#store = store;
  }

  options(): StoreOptions {
    return readStoreOptions(this.#replyOf(() => this.#store.options()));
  }

  size(): number {
    return this.#exchange.call(() => this.#store.size());
  }

  contains(id: string): boolean {
    this.#sendId(id);
    return this.#exchange.call(() => this.#store.contains()) === 1;
  }

  stats(): StoreStats {
    return readStats(this.#replyOf(() => this.#store.stats()));
  }

  check(pattern: PatternInput, embedding: Float32Array): void {
    this.#sendPattern(pattern, embedding);
    this.#exchange.call(() => this.#store.check(embedding.length));
  }

  upsert(pattern: PatternInput, embedding: Float32Array): void {
    this.#sendPattern(pattern, embedding);
    this.#exchange.call(() => this.#store.upsert(embedding.length));
  }

  remove(id: string): boolean {
    this.#sendId(id);
    return this.#exchange.call(() => this.#store.remove()) === 1;
  }

  recordUsage(id: string, outcome: Verdict | undefined, nowMs: number): boolean {
    this.#exchange.send((out) => {
      writeUsage(out, id, outcome, nowMs);
    });
    return this.#exchange.call(() => this.#store.recordUsage()) === 1;
  }

  clear(): void {
    this.#exchange.call(() => this.#store.clear());
  }

  stage(pattern: PatternInput, embedding: Float32Array): void {
    this.#sendPattern(pattern, embedding);
    this.#exchange.call(() => this.#store.stage(embedding.length));
  }

  commitStaged(): void {
    this.#exchange.call(() => this.#store.commitStaged());
  }

  discardStaged(): void {
    this.#exchange.call(() => this.#store.discardStaged());
  }

  stagedCount(): number {
    return this.#exchange.call(() => this.#store.stagedCount());
  }

  setBuildThreads(threads: number): void {
    this.#exchange.call(() => this.#store.setBuildThreads(threads));
  }

  beginRebuild(kind: RebuildKind): void {
    this.#exchange.call(() => this.#store.beginRebuild(REBUILD_KINDS.indexOf(kind)));
  }

  stepRebuild(maxPatterns: number): boolean {
    return this.#exchange.call(() => this.#store.stepRebuild(maxPatterns)) === 1;
  }

  finishRebuild(): void {
    this.#exchange.call(() => this.#store.finishRebuild());
  }

  cancelRebuild(): void {
    this.#exchange.call(() => this.#store.cancelRebuild());
  }

  rebuildProgress(): RebuildProgress | undefined {
    return this.#present(
      () => this.#store.rebuildProgress(),
      (reply) => ({
        done: reply.float64(),
        total: reply.float64(),
        prepared: reply.flag(),
      }),
    );
  }

  beginCensus(): void {
    this.#exchange.call(() => this.#store.beginCensus());
  }

  stepCensus(maxNodes: number): GraphCensus | undefined {
    return this.#present(() => this.#store.stepCensus(maxNodes), readCensus);
  }

  stepRepair(maxNodes: number): RepairReport | undefined {
    return this.#present(
      () => this.#store.stepRepair(maxNodes),
      (reply) => ({ nodes: reply.float64(), linked: reply.float64() }),
    );
  }

  cancelCensus(): void {
    this.#exchange.call(() => this.#store.cancelCensus());
  }

  get(id: string): Pattern | undefined {
    this.#sendId(id);
    return this.#present(() => this.#store.get(), readOnePattern);
  }

  embedding(id: string): Float32Array | undefined {
    this.#sendId(id);
    return this.#present(() => this.#store.embedding(), readFloats);
  }

  search(query: Float32Array, options: SearchOptions): SearchResult {
    this.#sendQuery(query, options);
    return readSearchResult(this.#replyOf(() => this.#store.search(query.length)));
  }

  searchSlots(query: Float32Array, options: SearchOptions): SlotSearchResult {
    this.#sendQuery(query, options);
    return readSlotSearchResult(this.#replyOf(() => this.#store.searchSlots(query.length)));
  }

  count(filter: Filter): number {
    this.#exchange.send((out) => {
      writeSearchOptions(out, filter);
    });
    return this.#exchange.call(() => this.#store.count());
  }

  matches(filter: Filter): Uint32Array {
    this.#exchange.send((out) => {
      writeSearchOptions(out, filter);
    });
    const count = this.#exchange.call(() => this.#store.matches());
    return this.#exchange.reply().uint32s(count);
  }

  nextSlot(from: number): number | undefined {
    const slot = this.#exchange.call(() => this.#store.nextSlot(from));
    return slot === ABSENT ? undefined : slot;
  }

  idOf(slot: number): string | undefined {
    return this.#present(
      () => this.#store.idOf(slot),
      (reply) => reply.text(),
    );
  }

  patternAt(slot: number): Pattern | undefined {
    return this.#present(() => this.#store.patternAt(slot), readOnePattern);
  }

  patternsAt(slots: Uint32Array, withContent: boolean): Pattern[] {
    this.#exchange.send((out) => {
      out.flag(withContent);
      for (const slot of slots) out.uint32(slot);
    });
    const reply = this.#replyOf(() => this.#store.patternsAt(slots.length));
    return readPatterns(reply, slots.length);
  }

  embeddingAt(slot: number): Float32Array | undefined {
    return this.#present(() => this.#store.embeddingAt(slot), readFloats);
  }

  beginSnapshot(): void {
    this.#exchange.call(() => this.#store.beginSnapshot());
  }

  stepSnapshot(maxBytes: number): Uint8Array | undefined {
    const finished = this.#exchange.call(() => this.#store.stepSnapshot(maxBytes));
    return finished === 1 ? undefined : readBytes(this.#exchange.reply());
  }

  cancelSnapshot(): void {
    this.#exchange.call(() => this.#store.cancelSnapshot());
  }

  beginJournal(): Uint8Array {
    return readBytes(this.#replyOf(() => this.#store.beginJournal()));
  }

  takeJournal(synced: number): Uint8Array {
    return readBytes(this.#replyOf(() => this.#store.takeJournal(synced)));
  }

  replay(journal: Uint8Array): ReplayReport {
    const replay = (): number => this.#store.replay();
    this.#exchange.withBytes(journal, () => this.#exchange.call(replay));
    return readReplayReport(this.#exchange.reply());
  }

  saveChunks(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    let refused: unknown;
    const receive = this.#exchange.receiver(chunks);
    const sink: ChunkSink = (first, second) => {
      try {
        return receive(first, second);
      } catch (cause) {
        refused = cause;
        return false;
      }
    };
    try {
      this.#exchange.call(() => this.#store.save(sink));
    } catch (error) {
      if (refused === undefined) throw error;
      throw new OutOfMemoryError('a chunk of the snapshot does not fit into memory', {
        cause: refused,
      });
    }
    return chunks;
  }

  release(): void {
    this.#exchange.free(() => {
      this.#store.delete();
    });
  }

  #sendId(id: string): void {
    this.#exchange.send((out) => {
      out.text(id);
    });
  }

  #sendPattern(pattern: PatternInput, embedding: Float32Array): void {
    this.#exchange.send((out) => {
      writePattern(out, pattern);
    }, embedding);
  }

  #sendQuery(query: Float32Array, options: SearchOptions): void {
    this.#exchange.send((out) => {
      writeSearchOptions(out, options);
    }, query);
  }

  #replyOf(run: () => number): WireReader {
    this.#exchange.call(run);
    return this.#exchange.reply();
  }

  #present<T>(run: () => number, read: (reply: WireReader) => T): T | undefined {
    return this.#exchange.call(run) === ABSENT ? undefined : read(this.#exchange.reply());
  }
}

function readOnePattern(reply: WireReader): Pattern {
  return readPatterns(reply, 1)[0] as Pattern;
}

/** A copy: the reply's memory is the next call's. */
function readBytes(reply: WireReader): Uint8Array {
  return reply.bytes(reply.rest());
}

function readFloats(reply: WireReader): Float32Array {
  return reply.float32s(reply.rest() / Float32Array.BYTES_PER_ELEMENT);
}
