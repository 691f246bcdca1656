import type { IPatternStore, PatternSearchResult } from 'damask';

import type { View } from './address.js';
import type { Model } from './model/client.js';

/** Results wanted. */
export const K = 10;

/** The answer to a view, and what it took. */
export interface Answer {
  hits: PatternSearchResult[];
  /** The pattern whose neighbours these are; absent for a question. */
  picked?: PatternSearchResult['pattern'];
  vector: Float32Array;
  /** Milliseconds that the model took; absent where nothing was embedded. */
  embedding?: number;
  /** Milliseconds from asking the store to having its answer, the way to its worker and back included. */
  searching: number;
}

/** What exact search says of an answer. */
export interface Check {
  /** Hits of the answer that are among the true nearest. */
  found: number;
  /** How many true nearest there are. */
  of: number;
  milliseconds: number;
}

/** A view that names a pattern which the store does not have. */
export class UnknownPattern extends Error {
  constructor(id: string) {
    super(`There is no test “${id}” in this store.`);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const value = await work();
  return [value, performance.now() - start];
}

/** Finds what a view asks for. */
export async function answer(store: IPatternStore, model: Model, view: View): Promise<Answer> {
  if (view.like !== undefined) return neighbours(store, view.like, view);
  const { vector, milliseconds } = await model.embed(view.question ?? '');
  const [hits, searching] = await timed(() =>
    store.searchSimilar(vector, { k: K, ...view.filter }),
  );
  return { hits, vector, embedding: milliseconds, searching };
}

async function neighbours(store: IPatternStore, id: string, { filter }: View): Promise<Answer> {
  const pattern = await store.getPattern(id);
  if (pattern?.embedding === undefined) throw new UnknownPattern(id);
  const { embedding: vector, ...picked } = pattern;
  const [found, searching] = await timed(() =>
    store.searchSimilar(vector, { k: K + 1, ...filter }),
  );
  return { hits: without(id, found), picked, vector, searching };
}

/** The K best but the pattern itself, which is its own nearest neighbour. */
function without(id: string | undefined, found: PatternSearchResult[]): PatternSearchResult[] {
  return found.filter((hit) => hit.pattern.id !== id).slice(0, K);
}

/** Asks for the same by exact search, and compares. */
export async function check(store: IPatternStore, { filter }: View, given: Answer): Promise<Check> {
  const options = { k: K + 1, exact: true, withContent: false, ...filter };
  const [found, milliseconds] = await timed(() => store.searchSimilar(given.vector, options));
  const truth = new Set(without(given.picked?.id, found).map((hit) => hit.pattern.id));
  const hits = given.hits.filter((hit) => truth.has(hit.pattern.id));
  return { found: hits.length, of: truth.size, milliseconds };
}
