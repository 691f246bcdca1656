// What golden files are made of, and what is asked of every reader of them.
import { MemoryStorage, openPatternStore } from '../../js/lib/index.js';
import { random } from '../crash/workload.mjs';

export const DIMENSION = 6;
const hnsw = { m: 4, efConstruction: 16, efSearch: 12 };

/** Every kind of store that the format tells apart: without a graph, with one, and with part of one. */
export const STORES = {
  'cosine-fixed16': { metric: 'cosine', precision: 'fixed16', indexingThreshold: 1000 },
  'euclidean-float32': { metric: 'euclidean', precision: 'float32', indexingThreshold: 0 },
  'dot-fixed16-partly': { metric: 'dot', precision: 'fixed16', indexingThreshold: 80 },
  'cosine-fields': {
    ...{ metric: 'cosine', precision: 'fixed16', indexingThreshold: 0 },
    metadataFields: [
      { name: 'number', kind: 'number' },
      { name: 'café', kind: 'string' },
      { name: 'list', kind: 'string-list' },
      { name: 'even', kind: 'boolean' },
    ],
  },
  'dot-float32-empty': { metric: 'dot', precision: 'float32', indexingThreshold: 0 },
};

/** A pattern whose fields come and go with its number. */
export function patternOf(number, next) {
  const pattern = {
    id: `p${number}`,
    type: ['unit', 'e2e'][number % 2],
    domain: ['auth', 'cart', ''][number % 3],
    content: `line ${number}\nand \u00e9 \u{1f9f5}`,
    embedding: Float32Array.from(
      { length: DIMENSION },
      () => Math.round(next() * 256 - 128) / 32 + 1 / 64,
    ),
  };
  if (number % 2 === 1) pattern.framework = ['pytest', 'jest'][(number % 4) >> 1];
  if (number % 3 === 1)
    Object.assign(pattern, { coverage: number / 7, flakinessScore: -0, verdict: 'flaky' });
  if (number % 5 === 2)
    Object.assign(pattern, {
      createdAt: 1700000000000 + number,
      lastUsed: -number,
      usageCount: number,
    });
  if (number % 4 === 3) pattern.metadata = { tags: ['a', { b: null }], n: 1e300, number };
  if (number % 8 === 7)
    Object.assign(pattern.metadata, { café: `ü${number % 3}`, list: ['a', 'ü'], even: false });
  return pattern;
}

/** A store like any other: patterns that were added, replaced, used and removed. */
export async function fill(store, count) {
  const next = random(7);
  await store.storeBatch(Array.from({ length: count }, (_, i) => patternOf(i, next)));
  for (let i = 3; i < count; i += 8) await store.storePattern(patternOf(i, next));
  for (let i = 5; i < count; i += 9) await store.deletePattern(`p${i}`);
  if (count > 0) await store.recordUsage('p0', 'success');
}

export const SEARCHES = [
  { query: [1, -2, 0.5, 0.25, 3, -1], k: 5 },
  { query: [-1, 1, 2.5, 0.5, 0, 1], k: 40, exact: true },
  { query: [0.5, 0, -1, 2, 1, 1], k: 4, domain: 'auth' },
];

const floatBits = (x) => new Uint32Array(Float32Array.of(x).buffer)[0];

const FIELD_SEARCHES = [
  { filter: { gt: ['metadata.number', 10] } },
  { filter: { prefix: ['metadata.café', 'ü'] } },
  { filter: { eq: ['metadata.list', 'ü'] } },
  { filter: { ne: ['metadata.even', true] } },
].map((it) => ({ query: [1, 0, -2, 1, 0.5, 1], k: 9, ...it }));

/** All that a reader of a store of that name must find: the patterns in order, the answers to the bit. */
export async function contentOf(store, name) {
  const patterns = [];
  for await (const pattern of store.patterns({ withEmbedding: true }))
    patterns.push({ ...pattern, embedding: [...pattern.embedding] });
  const searches = [];
  for (const { query, ...options } of [
    ...SEARCHES,
    ...(name === 'cosine-fields' ? FIELD_SEARCHES : []),
  ]) {
    const results = await store.searchSimilar(query, options);
    const hits = results.map(({ pattern, score }) => ({
      id: pattern.id,
      scoreBits: floatBits(score),
    }));
    searches.push({ query, ...options, hits });
  }
  return { patterns, searches };
}

export const open = (backend, config) =>
  openPatternStore({
    ...{ dimension: DIMENSION, hnsw, preferredBackend: backend, fallback: false },
    ...{ configFile: false, env: {} },
    ...config,
  });

/** The store of a snapshot. */
export async function openSnapshot(backend, bytes, config) {
  const storage = new MemoryStorage();
  await storage.create('snapshot-000000000001.damask', [bytes]);
  return open(backend, { ...config, storage, readOnly: true });
}
