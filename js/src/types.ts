/**
 * How two embeddings are compared. Scores are "higher is better" for each: `cosine` = the cosine,
 * `dot` = the inner product, `euclidean` = 1 / (1 + distance).
 */
export type Metric = 'cosine' | 'euclidean' | 'dot';

/**
 * What is kept of an embedding. `fixed16` keeps a 16-bit fixed-point number per component (the
 * vector is given back to about 1.5e-5 of its largest component); `float32` keeps the original
 * floats too, to be given back bit for bit. Search runs on the 16-bit codes in both cases.
 */
export type Precision = 'fixed16' | 'float32';

/** What became of a pattern when it was last used. */
export type Verdict = 'success' | 'failure' | 'flaky';

/** An embedding as callers give it: `dimension` finite components, rounded to float32. */
export type Vector = Float32Array | readonly number[];

/** Parameters of the navigable graph. */
export interface HnswOptions {
  /** Links per node above level 0; level 0 has twice as many. [4, 128] */
  m: number;
  /** Candidates kept while inserting. [m, 4096] */
  efConstruction: number;
  /** Candidates kept while searching. [1, 10000] */
  efSearch: number;
}

/**
 * What a declared metadata field holds: a string of at most 1024 bytes of UTF-8, a number, a boolean,
 * or an array of at most 256 such strings.
 */
export type MetadataKind = 'string' | 'number' | 'boolean' | 'string-list';

/**
 * A member of the metadata object that filters can look at, as `metadata.<name>`. A pattern may be
 * without it; where it is there, null included, it must be of this kind.
 */
export interface MetadataField {
  /** 1 to 128 bytes of UTF-8. */
  name: string;
  kind: MetadataKind;
}

/** What a store was created with. All of it is part of the snapshot. */
export interface StoreOptions {
  /** Components of an embedding. [1, 4096] */
  dimension: number;
  metric: Metric;
  precision: Precision;
  hnsw: HnswOptions;
  /**
   * Levels of the graph are a hash of (seed, slot). An unsigned 64-bit integer: a `bigint` where it
   * is beyond `Number.MAX_SAFE_INTEGER`.
   */
  seed: number | bigint;
  /**
   * Up to so many slots there is no graph, and every search looks at all patterns: exact, and nothing
   * to build. Beyond, patterns are linked 32 at a time, three for each that is added until the graph has
   * caught up; from then on searches walk it and look at each of the few that are not linked yet.
   * [0, 1000000]
   */
  indexingThreshold: number;
  /** What of the metadata filters can look at. At most 64, each name once. */
  metadataFields: readonly MetadataField[];
}

/**
 * What a store is created with. Absent fields take the defaults: dimension 384, metric cosine,
 * precision fixed16, hnsw { m: 32, efConstruction: 200, efSearch: 100 }, seed 0,
 * indexingThreshold 2048, metadataFields none.
 */
export interface CreateOptions extends Partial<Omit<StoreOptions, 'hnsw'>> {
  hnsw?: Partial<HnswOptions>;
}

/** A remembered pattern: a test idea, a reasoning step, a fix. Its embedding travels beside it. */
export interface Pattern {
  /** 1 to 1024 bytes of UTF-8; the key of upsert, get and remove. */
  id: string;
  /** 0 to 1024 bytes of UTF-8. */
  type: string;
  /** 0 to 1024 bytes of UTF-8. */
  domain: string;
  /** 0 to 16 MiB of UTF-8. */
  content: string;
  /** 0 to 1024 bytes of UTF-8. */
  framework?: string;
  /** Finite. */
  coverage?: number;
  /** Finite. */
  flakinessScore?: number;
  verdict?: Verdict;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  createdAt?: number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  lastUsed?: number;
  /** How often the pattern was used. */
  usageCount: number;
  /** The text of a JSON object, at most 16 MiB of UTF-8; kept as it is. */
  metadata?: string;
}

/** A pattern to store; without a usageCount it has been used 0 times. */
export type PatternInput = Omit<Pattern, 'usageCount'> & Partial<Pick<Pattern, 'usageCount'>>;

/** The fields that a {@link FilterExpression} looks at. */
export type TextField = 'id' | 'type' | 'domain' | 'framework';
export type NumberField = 'coverage' | 'flakinessScore' | 'createdAt' | 'lastUsed' | 'usageCount';
/** A declared metadata field: what it may be compared with is by its kind. */
export type MetadataSubject = `metadata.${string}`;
export type FilterField = TextField | NumberField | 'verdict' | MetadataSubject;

/** A field and what it is compared with; texts are ordered by code point. */
export type OrderedComparison =
  | readonly [TextField, string]
  | readonly [NumberField, number]
  | readonly [MetadataSubject, string | number];
export type Comparison =
  OrderedComparison | readonly ['verdict', Verdict] | readonly [MetadataSubject, boolean];
export type Membership =
  | readonly [TextField, readonly string[]]
  | readonly [NumberField, readonly number[]]
  | readonly ['verdict', readonly Verdict[]]
  | readonly [MetadataSubject, readonly (string | number | boolean)[]];

/**
 * A condition on the fields of a pattern, such as
 * `{ and: [{ eq: ['domain', 'api'] }, { gt: ['coverage', 0.5] }] }`. A comparison of a field that the
 * pattern does not have is false, `ne` too; its `not` is therefore true. id, type, domain and
 * usageCount are always there. At most 256 terms, nested at most 16 deep; `in` takes 1 to 256
 * values, `and` and `or` at least one operand; a text has at most 1024 bytes of UTF-8, and a number
 * is finite. Of a list of strings, `eq`, `in` and `prefix` hold when one of them does, and `ne` when
 * none is equal; booleans, lists and verdicts have no order.
 */
export type FilterExpression =
  | { readonly eq: Comparison }
  | { readonly ne: Comparison }
  | { readonly in: Membership }
  | { readonly lt: OrderedComparison }
  | { readonly le: OrderedComparison }
  | { readonly gt: OrderedComparison }
  | { readonly ge: OrderedComparison }
  | { readonly prefix: readonly [TextField | MetadataSubject, string] }
  | { readonly exists: FilterField }
  | { readonly and: readonly FilterExpression[] }
  | { readonly or: readonly FilterExpression[] }
  | { readonly not: FilterExpression };

/** Which patterns to look at: all that are present must hold. */
export interface Filter {
  /** Only patterns of this domain. */
  domain?: string;
  /** Only patterns of this type. */
  type?: string;
  /** Only patterns of this framework. */
  framework?: string;
  /** Only patterns that it lets through. */
  filter?: FilterExpression;
}

/** What one search asks for. */
export interface SearchOptions extends Filter {
  /** Results wanted. [1, 10000], 10 when absent. */
  k?: number;
  /** Candidates kept while searching. [k, 10000]; absent: the larger of efSearch and k. */
  ef?: number;
  /** Score every match. */
  exact?: boolean;
  /**
   * Only the slots from the first up to, and without, the second, so that an exact search can be made
   * in parts: the best of the parts' results by score are those of the whole, up to which of equal
   * scores come last. Only with `exact`, and without `minK` and `mmrLambda`.
   */
  slotRange?: readonly [number, number];
  /** Drop results that score below this (rounded to float32). */
  threshold?: number;
  /**
   * Dynamic k: only as many results as stand out, at least so many, at most `k`; for instance
   * `{ k: 20, minK: 5 }`. Of the results from the minK-th to the k-th, those behind the largest drop
   * of the score from one to the next are left out (Taguchi, Maekawa and Bhutani, "adaptive-k", 2025).
   * [1, k], not with mmrLambda; absent: off.
   */
  minK?: number;
  /**
   * Results that differ from one another, by maximal marginal relevance (Carbonell and Goldstein,
   * 1998). The best candidate comes first; then, again and again, the one for which
   * `mmrLambda * score(query) - (1 - mmrLambda) * the largest score(result so far)` is largest; ties
   * go to the better score, then to the older. A hit's score stays its similarity to the query. 1
   * gives the plain ranking, 0 looks at diversity alone. [0, 1]; absent: off.
   */
  mmrLambda?: number;
  /**
   * Candidates to choose from: the most similar matches that reach the threshold. The graph is walked
   * with at least as large an ef. [k, 10000], only with mmrLambda; absent: the larger of ef and 4 k,
   * at most 10000.
   */
  mmrPool?: number;
}

/**
 * How a search was answered. `none`: nothing matches, nothing was scored. `graph`: a walk of the
 * navigable graph. `scan`: every match was scored. `graph-then-scan`: a walk found fewer than k,
 * or would take longer, so every match was scored. `two-hop`: a walk of the matches alone, which looks
 * through their neighbours that are none.
 */
export type SearchPlan = 'none' | 'graph' | 'scan' | 'graph-then-scan' | 'two-hop';

/** How a search was answered, and what it took. */
export interface SearchReport {
  plan: SearchPlan;
  /** The hits (under MMR: the candidates) are the true best on the 16-bit codes. */
  exact: boolean;
  /** Distances computed, estimates and full ones together. */
  distanceComputations: number;
}

/** One result. */
export interface SearchHit {
  id: string;
  score: number;
}

/** The results of a search, best first. */
export interface SearchResult {
  hits: SearchHit[];
  report: SearchReport;
}

/** The results of a search in numbers, best first. Slots are valid until the store next changes. */
export interface SlotSearchResult {
  slots: Uint32Array;
  scores: Float32Array;
  report: SearchReport;
}

/**
 * What a rebuild does with the links. `relink`: every live pattern is linked anew, as if the store had
 * been filled with them alone. `compact`: the links that there are are kept, and those to deleted and
 * replaced patterns lead on to their neighbours; much cheaper.
 */
export type RebuildKind = 'relink' | 'compact';

/** What a look at all links has found, of the patterns that were linked when it began. */
export interface GraphCensus {
  /** Linked nodes: live ones, and tombstones. */
  live: number;
  tombstones: number;
  /** Live ones that no links lead to from the entry. */
  unreachable: number;
  /** Live ones by links that lead to them: how many have 0, 1, ... 7 of them. */
  lowInDegrees: number[];
  /** Links of live nodes at level 0, and how many of them lead to tombstones. */
  links: number;
  linksToTombstones: number;
}

/** What a repair did with the nodes that the last census found unreachable or weak. */
export interface RepairReport {
  /** Nodes looked at. */
  nodes: number;
  /** Those that are reachable now, or have more links that lead to them. */
  linked: number;
}

/** How far a rebuild is: patterns copied and patterns linked, and how many that will be, by now. */
export interface RebuildProgress {
  done: number;
  total: number;
  /**
   * Whether room has been made for all of them, which natively a thread does: until then a step waits.
   */
  prepared: boolean;
}

/**
 * Measured figures of a store. Bytes are what its own structures hold allocated, those of a rebuild
 * that is under way included.
 */
export interface StoreStats {
  /** Live patterns. */
  count: number;
  /** Graph nodes, tombstones and staged ones included. */
  slots: number;
  /** Graph nodes that are linked. */
  linked: number;
  /** Changes committed over the store's life. */
  sequence: number;
  graphBytes: number;
  /** Low planes, factors and optional float32 vectors. */
  codeBytes: number;
  recordBytes: number;
  /** The highest level of the graph; -1 when it is empty. */
  maxLevel: number;
  /** The instruction set whose kernels this store uses. */
  instructionSet: string;
}

/** What `replay` found in a journal. */
export interface ReplayReport {
  /** Whole frames, each one write. */
  frames: number;
  /** Changes replayed. */
  changes: number;
  /** The store's sequence afterwards. */
  sequence: number;
  /** Bytes at the end, of a write that was never acknowledged; ignored. */
  tornBytes: number;
}

/** One section of a snapshot. */
export interface SnapshotSection {
  /** Four characters, such as "META". */
  name: string;
  /** Bytes from the beginning of the snapshot. */
  offset: number;
  /** Bytes. */
  length: number;
  /** XXH3-64 of the section's bytes, 16 hex digits. */
  checksum: string;
}

/** What a snapshot says about itself. */
export interface SnapshotInfo {
  formatVersion: number;
  fileBytes: number;
  options: StoreOptions;
  /** Nodes of the graph, tombstones included. */
  slots: number;
  /** Patterns that can be found. */
  live: number;
  /** Changes committed over the store's life. */
  sequence: number;
  /** XXH3-128 of header and table, 32 hex digits: equal stores agree. */
  contentHash: string;
  sections: SnapshotSection[];
}

/** Which engine is running. */
export interface EngineInfo {
  /** damask's own version, "major.minor.patch". */
  version: string;
  /** What the engine was compiled for: "x86_64", "aarch64" or "wasm32". */
  target: string;
  /** The instruction set that stores created from now on will use. */
  instructionSet: string;
  /** Compiled into this build, slowest first. */
  compiledInstructionSets: string[];
  /** Those of the compiled ones that this machine can run, slowest first. */
  detectedInstructionSets: string[];
}
