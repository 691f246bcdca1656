import { readBytes, readJson } from './fetching.js';

/** Fields that a person can filter by, in the order in which make_data.mjs writes them. */
export const FIELDS = ['domain', 'framework', 'type'] as const;
export type Field = (typeof FIELDS)[number];

/** Chosen values; an absent field takes every value. */
export type Filter = Partial<Record<Field, string>>;

/** A domain whose patterns lie together on the map. */
export interface Region {
  domain: string;
  x: number;
  y: number;
}

interface Index {
  snapshot: { bytes: number; sha256: string };
  dimension: number;
  ids: string[];
  fields: Record<Field, [value: string, count: number][]>;
  regions: Region[];
}

const PER_POINT = 2 + FIELDS.length;
const EXTENT = 65535;

/** What was computed of the snapshot when the page was built. */
export class Atlas {
  readonly #index: Index;
  readonly #points: Uint16Array;
  readonly #rows: Map<string, number>;

  constructor(index: Index, points: Uint16Array) {
    this.#index = index;
    this.#points = points;
    this.#rows = new Map(index.ids.map((id, row) => [id, row]));
  }

  get snapshot() {
    return this.#index.snapshot;
  }

  get dimension() {
    return this.#index.dimension;
  }

  get regions(): readonly Region[] {
    return this.#index.regions;
  }

  get size(): number {
    return this.#index.ids.length;
  }

  /** The values of a field, each with the number of patterns that have it. */
  values(field: Field): readonly (readonly [value: string, count: number])[] {
    return this.#index.fields[field];
  }

  idOf(row: number): string | undefined {
    return this.#index.ids[row];
  }

  rowOf(id: string): number | undefined {
    return this.#rows.get(id);
  }

  /** Where a row is on the map: x and y in [0, 1]. */
  placeOf(row: number): [x: number, y: number] {
    const at = row * PER_POINT;
    return [(this.#points[at] ?? 0) / EXTENT, (this.#points[at + 1] ?? 0) / EXTENT];
  }

  /** A test of rows: whether they have every chosen value. */
  matcher(filter: Filter): (row: number) => boolean {
    const wanted = FIELDS.flatMap((field, i) => {
      const value = filter[field];
      if (value === undefined) return [];
      return [{ at: 2 + i, code: this.values(field).findIndex(([name]) => name === value) }];
    });
    return (row) => wanted.every(({ at, code }) => this.#points[row * PER_POINT + at] === code);
  }
}

export async function loadAtlas(base: string): Promise<Atlas> {
  const index = await readJson<Index>(`${base}/index.json`);
  const size = index.ids.length * PER_POINT * Uint16Array.BYTES_PER_ELEMENT;
  const bytes = await readBytes(`${base}/points.u16`, size, () => undefined);
  return new Atlas(index, new Uint16Array(bytes.buffer));
}
