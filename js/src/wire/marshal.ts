import type {
  CreateOptions,
  GraphCensus,
  MetadataField,
  MetadataKind,
  Pattern,
  PatternInput,
  ReplayReport,
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
import { writeFilter } from './filter.js';
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
const slotRange: Write<readonly [number, number]> = (out, [from, to]) =>
  out.uint32(from).uint32(to);

const readFloat64 = (reply: WireReader): number => reply.float64();

export function writeCreateOptions(out: WireWriter, options: CreateOptions): void {
  out
    .optional(options.dimension, uint32)
    .optional(options.metric, text)
    .optional(options.precision, text)
    .optional(options.hnsw?.m, uint32)
    .optional(options.hnsw?.efConstruction, uint32)
    .optional(options.hnsw?.efSearch, uint32)
    .optional(options.seed, (writer, value) => writer.uint64(value))
    .optional(options.indexingThreshold, uint32);
  const fields = options.metadataFields ?? [];
  out.uint32(fields.length);
  for (const { name, kind } of fields) out.text(name).text(kind);
}

export function writeSearchOptions(out: WireWriter, options: SearchOptions): void {
  out
    .optional(options.k, uint32)
    .optional(options.ef, uint32)
    .flag(options.exact ?? false)
    .optional(options.threshold, float32)
    .optional(options.mmrLambda, float64)
    .optional(options.mmrPool, uint32)
    .optional(options.minK, uint32)
    .optional(options.slotRange, slotRange)
    .optional(options.domain, text)
    .optional(options.type, text)
    .optional(options.framework, text)
    .optional(options.filter, writeFilter);
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
  const exactSeed = reply.uint64();
  const seed = exactSeed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exactSeed) : exactSeed;
  const indexingThreshold = reply.uint32();
  const metadataFields = readList(reply, readMetadataField);
  return { dimension, metric, precision, hnsw, seed, indexingThreshold, metadataFields };
}

function readMetadataField(reply: WireReader): MetadataField {
  return { name: reply.text(), kind: reply.text() as MetadataKind };
}

/** Verdict and framework are filled in with the texts, which follow the numbers of all patterns. */
interface Present {
  framework: boolean;
  verdict: boolean;
  metadata: boolean;
}

/** Field by field: spreading them together takes several times as long. */
function readNumbers(reply: WireReader, pattern: Pattern): Present {
  const coverage = reply.optional(readFloat64);
  if (coverage !== undefined) pattern.coverage = coverage;
  const flakinessScore = reply.optional(readFloat64);
  if (flakinessScore !== undefined) pattern.flakinessScore = flakinessScore;
  const createdAt = reply.optional(readFloat64);
  if (createdAt !== undefined) pattern.createdAt = createdAt;
  const lastUsed = reply.optional(readFloat64);
  if (lastUsed !== undefined) pattern.lastUsed = lastUsed;
  pattern.usageCount = reply.float64();
  return { framework: reply.flag(), verdict: reply.flag(), metadata: reply.flag() };
}

const TEXTS = 7;

export function readPatterns(reply: WireReader, count: number): Pattern[] {
  const patterns: Pattern[] = [];
  const present: Present[] = [];
  for (let i = 0; i < count; ++i) {
    const pattern: Pattern = { id: '', type: '', domain: '', content: '', usageCount: 0 };
    present.push(readNumbers(reply, pattern));
    patterns.push(pattern);
  }
  const texts = reply.texts(TEXTS * count);
  patterns.forEach((pattern, i) => {
    const { framework, verdict, metadata } = present[i] as Present;
    const text = (field: number): string => texts[TEXTS * i + field] as string;
    pattern.id = text(0);
    pattern.type = text(1);
    pattern.domain = text(2);
    pattern.content = text(3);
    if (framework) pattern.framework = text(4);
    if (verdict) pattern.verdict = text(5) as Verdict;
    if (metadata) pattern.metadata = text(6);
  });
  return patterns;
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

const PLANS: readonly SearchPlan[] = ['graph', 'scan', 'two-hop', 'none', 'graph-then-scan'];

export function readSlotSearchResult(reply: WireReader): SlotSearchResult {
  const count = reply.uint32();
  const [slots, scores] = [reply.uint32s(count), reply.float32s(count)];
  const [exact, distanceComputations] = [reply.flag(), reply.float64()];
  const plan = reply.oneOf(PLANS) as SearchPlan;
  return {
    slots,
    scores,
    report: { plan, exact, distanceComputations },
  };
}

export function readReplayReport(reply: WireReader): ReplayReport {
  const [frames, changes] = [reply.float64(), reply.float64()];
  return { frames, changes, sequence: reply.float64(), tornBytes: reply.float64() };
}

export function readStats(reply: WireReader): StoreStats {
  return {
    count: reply.float64(),
    slots: reply.float64(),
    linked: reply.float64(),
    sequence: reply.float64(),
    graphBytes: reply.float64(),
    codeBytes: reply.float64(),
    recordBytes: reply.float64(),
    maxLevel: reply.int32(),
    instructionSet: reply.text(),
  };
}

export function readCensus(reply: WireReader): GraphCensus {
  return {
    live: reply.float64(),
    tombstones: reply.float64(),
    unreachable: reply.float64(),
    links: reply.float64(),
    linksToTombstones: reply.float64(),
    lowInDegrees: readList(reply, readFloat64),
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
