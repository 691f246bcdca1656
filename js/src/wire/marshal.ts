import type {
  CreateOptions,
  Pattern,
  PatternInput,
  SearchHit,
  SearchOptions,
  SearchPlan,
  SearchResult,
  SlotSearchResult,
  SnapshotInfo,
  SnapshotSection,
  StoreOptions,
  StoreStats,
  Verdict,
} from '../types.js';
import type { WireReader, WireWriter } from './wire.js';

/*
 * The records to and from the wire, field by field; core/src/wire/marshal.cpp is the other side. What the
 * core names (metrics, precisions, verdicts) is a text here, so that the core alone knows the names.
 */

type Write<T> = (out: WireWriter, value: T) => unknown;
const text: Write<string> = (out, value) => out.text(value);
const uint32: Write<number> = (out, value) => out.uint32(value);
const float32: Write<number> = (out, value) => out.float32(value);
const float64: Write<number> = (out, value) => out.float64(value);

const readText = (reply: WireReader): string => reply.text();
const readFloat64 = (reply: WireReader): number => reply.float64();

export function writeCreateOptions(out: WireWriter, options: CreateOptions): void {
  out
    .optional(options.dimension, uint32)
    .optional(options.metric, text)
    .optional(options.precision, text)
    .optional(options.hnsw?.m, uint32)
    .optional(options.hnsw?.efConstruction, uint32)
    .optional(options.hnsw?.efSearch, uint32)
    .optional(options.seed, (writer, value) => writer.uint64(value));
}

export function writeSearchOptions(out: WireWriter, options: SearchOptions): void {
  out
    .optional(options.k, uint32)
    .optional(options.ef, uint32)
    .flag(options.exact ?? false)
    .optional(options.threshold, float32)
    .optional(options.mmrLambda, float64)
    .optional(options.mmrPool, uint32)
    .optional(options.domain, text)
    .optional(options.type, text)
    .optional(options.framework, text);
}

export function writePattern(out: WireWriter, pattern: PatternInput): void {
  out
    .text(pattern.id)
    .text(pattern.type)
    .text(pattern.domain)
    .text(pattern.content)
    .optional(pattern.framework, text)
    .optional(pattern.coverage, float64)
    .optional(pattern.flakinessScore, float64)
    .optional(pattern.verdict, text)
    .optional(pattern.createdAt, float64)
    .optional(pattern.lastUsed, float64)
    .float64(pattern.usageCount ?? 0)
    .optional(pattern.metadata, text);
}

export function writeUsage(
  out: WireWriter,
  id: string,
  outcome: Verdict | undefined,
  nowMs: number,
): void {
  out.text(id).optional(outcome, text).float64(nowMs);
}

export function readStoreOptions(reply: WireReader): StoreOptions {
  const dimension = reply.uint32();
  const metric = reply.text() as StoreOptions['metric'];
  const precision = reply.text() as StoreOptions['precision'];
  const hnsw = { m: reply.uint32(), efConstruction: reply.uint32(), efSearch: reply.uint32() };
  const seed = reply.uint64();
  const exact = seed <= BigInt(Number.MAX_SAFE_INTEGER);
  return { dimension, metric, precision, hnsw, seed: exact ? Number(seed) : seed };
}

/** Field by field: spreading them together takes several times as long. */
export function readPattern(reply: WireReader): Pattern {
  const pattern: Pattern = {
    id: reply.text(),
    type: reply.text(),
    domain: reply.text(),
    content: reply.text(),
    usageCount: 0,
  };
  const framework = reply.optional(readText);
  if (framework !== undefined) pattern.framework = framework;
  const coverage = reply.optional(readFloat64);
  if (coverage !== undefined) pattern.coverage = coverage;
  const flakinessScore = reply.optional(readFloat64);
  if (flakinessScore !== undefined) pattern.flakinessScore = flakinessScore;
  const verdict = reply.optional(readText) as Verdict | undefined;
  if (verdict !== undefined) pattern.verdict = verdict;
  const createdAt = reply.optional(readFloat64);
  if (createdAt !== undefined) pattern.createdAt = createdAt;
  const lastUsed = reply.optional(readFloat64);
  if (lastUsed !== undefined) pattern.lastUsed = lastUsed;
  pattern.usageCount = reply.float64();
  const metadata = reply.optional(readText);
  if (metadata !== undefined) pattern.metadata = metadata;
  return pattern;
}

export function readSearchResult(reply: WireReader): SearchResult {
  const count = reply.uint32();
  const hits = new Array<SearchHit>(count);
  for (let i = 0; i < count; ++i) hits[i] = { id: '', score: reply.float32() };
  const [exact, distanceComputations] = [reply.flag(), reply.float64()];
  const texts = reply.texts(1 + count);
  hits.forEach((hit, i) => (hit.id = texts[1 + i] as string));
  return { hits, report: { plan: texts[0] as SearchPlan, exact, distanceComputations } };
}

export function readSlotSearchResult(reply: WireReader): SlotSearchResult {
  const count = reply.uint32();
  const [slots, scores] = [reply.uint32s(count), reply.float32s(count)];
  const [exact, distanceComputations] = [reply.flag(), reply.float64()];
  const [plan] = reply.texts(1);
  return { slots, scores, report: { plan: plan as SearchPlan, exact, distanceComputations } };
}

export function readStats(reply: WireReader): StoreStats {
  return {
    count: reply.float64(),
    slots: reply.float64(),
    sequence: reply.float64(),
    graphBytes: reply.float64(),
    codeBytes: reply.float64(),
    recordBytes: reply.float64(),
    maxLevel: reply.int32(),
    instructionSet: reply.text(),
  };
}

export function readSnapshotInfo(reply: WireReader): SnapshotInfo {
  return {
    formatVersion: reply.uint32(),
    fileBytes: reply.float64(),
    options: readStoreOptions(reply),
    slots: reply.float64(),
    live: reply.float64(),
    sequence: reply.float64(),
    contentHash: reply.text(),
    sections: readList(reply, readSection),
  };
}

export function readList<T>(reply: WireReader, read: (reply: WireReader) => T): T[] {
  return Array.from({ length: reply.uint32() }, () => read(reply));
}

function readSection(reply: WireReader): SnapshotSection {
  return {
    name: reply.text(),
    offset: reply.float64(),
    length: reply.float64(),
    checksum: reply.uint64().toString(16).padStart(16, '0'),
  };
}
