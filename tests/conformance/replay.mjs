// Replays the conformance cases through the public interface of damask: see README.md. Imports
// nothing, so that it runs wherever damask does.

const VERDICTS = ['success', 'failure', 'flaky'];

function vector(number, dimension) {
  let state = (Math.imul(number, 2654435761) + 1) >>> 0;
  return Float32Array.from({ length: dimension }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) - 32768) / 32768;
  });
}

function spoiled(embedding, how) {
  if (how === 'missing') return embedding.slice(1);
  embedding[embedding.length - 1] = Number(how);
  return embedding;
}

function pattern(n, dimension, { vector: other = n, spoil, ...set } = {}) {
  const embedding = vector(other, dimension);
  return {
    id: `p${n}`,
    type: `type-${n % 3}`,
    domain: `domain-${n % 5}`,
    content: `content of ${n}`,
    embedding: spoil === undefined ? embedding : spoiled(embedding, spoil),
    ...(n % 4 !== 0 && { framework: `framework-${n % 2}` }),
    ...(n % 3 === 0 && { coverage: (n % 101) / 100, verdict: VERDICTS[(n / 3) % 3] }),
    ...(n % 7 === 0 && { createdAt: 1700000000000 + n, usageCount: n, metadata: { n } }),
    ...set,
  };
}

function batch({ from, count, set: { vector: first = from, spoil, ...set } = {} }, dimension) {
  return Array.from({ length: count }, (_, i) =>
    pattern(from + i, dimension, {
      ...set,
      vector: first + i,
      ...(spoil !== undefined && i === count - 1 && { spoil }),
    }),
  );
}

function damaged(snapshot, { cut, flip, write }) {
  if (write !== undefined) return new TextEncoder().encode(write);
  const bytes = snapshot.slice(0, cut);
  if (flip >= bytes.length) throw new Error(`there is no byte ${flip} to flip`);
  if (flip !== undefined) bytes[flip] ^= 1;
  return bytes;
}

const hex = (bytes) => Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join('');
const sha256 = async (bytes) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));

function bits(write) {
  const view = new DataView(new ArrayBuffer(8));
  return hex(new Uint8Array(view.buffer, 0, write(view)));
}
const bits32 = (number) => bits((view) => (view.setFloat32(0, number), 4));
const bits64 = (number) => bits((view) => (view.setFloat64(0, number), 8));

/** A pattern as the results hold it: the same fields in the same order on every side. */
async function shown(found) {
  if (found === null) return null;
  const { embedding, coverage, flakinessScore, metadata, ...fields } = found;
  const all = {
    ...fields,
    ...(coverage !== undefined && { coverage: bits64(coverage) }),
    ...(flakinessScore !== undefined && { flakinessScore: bits64(flakinessScore) }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    embedding: await sha256(embedding),
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Runs the steps of one case, each by the method of its name; `current` is the store. */
class Replayer {
  constructor(damask, config) {
    this.damask = damask;
    this.config = config;
  }

  async open({ config }) {
    await this.end();
    this.current = await this.damask.openPatternStore({ ...config, ...this.config });
    this.dimension = config.dimension;
  }

  store({ pattern: n, set }) {
    return this.current.storePattern(pattern(n, this.dimension, set));
  }

  batch(step) {
    return this.current.storeBatch(batch(step, this.dimension));
  }

  delete({ id }) {
    return this.current.deletePattern(id);
  }

  async usage({ id, outcome, at }) {
    const { now } = Date;
    Date.now = () => at;
    try {
      await this.current.recordUsage(id, outcome);
    } finally {
      Date.now = now;
    }
  }

  async search({ vector: number, dimension = this.dimension, options }) {
    const results = await this.current.searchSimilar(vector(number, dimension), options);
    return results.map(({ pattern: { id }, score }) => [id, bits32(score)]);
  }

  async get({ id }) {
    return shown(await this.current.getPattern(id));
  }

  count({ filter }) {
    return this.current.count(filter);
  }

  async stats() {
    const { count, slots, sequence } = await this.current.getStats();
    return { count, slots, sequence };
  }

  clear() {
    return this.current.clear();
  }

  build() {
    return this.current.buildIndex();
  }

  async snapshot() {
    const bytes = await this.current.snapshot();
    return { bytes: bytes.length, sha256: await sha256(bytes) };
  }

  async reopen(damage) {
    const bytes = damaged(await this.current.snapshot(), damage);
    const reopened = await this.damask.fromSnapshot(bytes, this.config);
    await this.end();
    this.current = reopened;
  }

  async end() {
    await this.current?.shutdown();
    this.current = undefined;
  }

  async run({ op, ...step }) {
    try {
      const result = await this[op](step);
      return result === undefined ? 'ok' : result;
    } catch (error) {
      if (typeof error.code !== 'string') throw error;
      return { error: error.code };
    }
  }
}

/**
 * Replays cases, { name, steps }[], with openPatternStore and fromSnapshot of `damask`; `config` goes
 * into every call of them. Gives `results`, by name, and their `sha256`.
 */
export async function replay(damask, cases, config = {}) {
  const results = {};
  for (const { name, steps } of cases) {
    const replayer = new Replayer(damask, config);
    results[name] = [];
    for (const step of steps) results[name].push(await replayer.run(step));
    await replayer.end();
  }
  return { results, sha256: await sha256(new TextEncoder().encode(JSON.stringify(results))) };
}

/** Where two results differ first, in words, or undefined. */
export function difference(expected, { results }) {
  for (const [name, steps] of Object.entries(expected.results))
    for (const [i, wanted] of steps.entries()) {
      const [want, got] = [wanted, results[name]?.[i]].map((it) => JSON.stringify(it));
      if (want !== got) return `${name}, step ${i}: expected ${want}, got ${got}`;
    }
  return undefined;
}
