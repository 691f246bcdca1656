// What a store must hold: a plain map, and the changes that tests make to both.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

export const DIMENSION = 4;
export const hnsw = { m: 4, efConstruction: 8 };

/** The embedding of a version of an id: components in [-1, 1], multiples of 1/64 and never all 0. */
function embeddingOf(id, version) {
  let hash = 2166136261 + version;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  return Array.from({ length: DIMENSION }, (_, i) => (((hash >>> (i * 8)) & 127) - 63.5) / 64);
}

/** A pattern whose content has so many characters. */
export function patternOf(id, version, length = 10) {
  return {
    ...{ id, type: 'unit', domain: `d${version % 3}` },
    content: `${id} ${version} `.padEnd(length, `${version}.`),
    embedding: embeddingOf(id, version),
    ...(version % 2 ? { metadata: { version, of: [id] }, coverage: version / 8 } : {}),
  };
}

/** A store's patterns and how many changes were made to it. */
export class Model {
  patterns = new Map();
  sequence = 0;

  clone() {
    const copy = new Model();
    copy.patterns = new Map(this.patterns);
    copy.sequence = this.sequence;
    return copy;
  }

  /** One of the changes below, whole. */
  apply({ kind, patterns, id }) {
    if (kind === 'store') {
      for (const pattern of patterns) this.patterns.set(pattern.id, { ...pattern, usageCount: 0 });
      this.sequence += patterns.length;
    } else if (kind === 'delete') {
      if (this.patterns.delete(id)) ++this.sequence;
    } else if (kind === 'use') {
      const pattern = this.patterns.get(id);
      if (pattern === undefined) return;
      this.patterns.set(id, { ...pattern, usageCount: pattern.usageCount + 1, verdict: 'success' });
      ++this.sequence;
    } else if (kind === 'clear') {
      this.patterns.clear();
      ++this.sequence;
    }
  }

  /** What is compared. */
  toString() {
    const rows = [...this.patterns.values()].map(rowOf).sort();
    return `${this.sequence} changes: ${rows.join(' ')}`;
  }
}

function rowOf({ id, content, domain, embedding, usageCount, verdict, metadata, coverage }) {
  const text = content.length < 40 ? content : createHash('sha256').update(content).digest('hex');
  return JSON.stringify([
    ...[id, text, domain, Array.from(embedding, (x) => x * 128)],
    ...[usageCount, verdict ?? '', metadata ?? '', coverage ?? ''],
  ]);
}

/** The same of a store. */
export async function contentOf(store) {
  const model = new Model();
  for await (const pattern of store.patterns({ withEmbedding: true }))
    model.patterns.set(pattern.id, pattern);
  const { count, sequence } = await store.getStats();
  model.sequence = sequence;
  assert.equal(count, model.patterns.size);
  return model.toString();
}

/** Makes a change to a store; `optimize` and `flush` change nothing that is compared. */
export async function make(store, { kind, patterns, id }) {
  if (kind === 'store' && patterns.length === 1) return store.storePattern(patterns[0]);
  if (kind === 'store') return store.storeBatch(patterns);
  if (kind === 'delete') return store.deletePattern(id);
  if (kind === 'use')
    return store.recordUsage(id, 'success').catch((error) => {
      if (error.code !== 'NOT_FOUND') throw error;
    });
  return store[kind]();
}
