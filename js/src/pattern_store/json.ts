import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { Metadata } from '../interface.js';

/** What JSON text may nest; JSON.parse and JSON.stringify of every engine go much deeper. */
const MAX_DEPTH = 512;
/** What the text may have, in bytes; as many characters are at least as many bytes. */
const MAX_TEXT = 16 << 20;

/**
 * Metadata as JSON text. Refuses what JSON would drop or change silently: undefined, NaN, functions,
 * bigints, dates and other instances, cycles (as depth). Throws InvalidArgumentError with the path.
 */
export function toJson(metadata: unknown, field: string): string {
  if (!isPlainObject(metadata)) refuse(field, metadata, 'a plain object');
  const open: { value: unknown; path: string; depth: number }[] = [
    { value: metadata, path: field, depth: 0 },
  ];
  // An object that is met many times, as none that JSON.parse gives, is as many values.
  let least = 0;
  const grow = (characters: number): void => {
    least += characters;
    if (least > MAX_TEXT)
      throw new InvalidArgumentError(`${field} must be at most ${MAX_TEXT} bytes as JSON`);
  };
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { value, path, depth } = item;
    grow(typeof value === 'string' ? value.length + 2 : 1);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') continue;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) refuse(path, value, 'finite');
      continue;
    }
    if (!Array.isArray(value) && !isPlainObject(value)) refuse(path, value, 'what JSON can hold');
    if (depth === MAX_DEPTH)
      throw new InvalidArgumentError(`${field} nests deeper than ${MAX_DEPTH}, or in a cycle`);
    if (Array.isArray(value)) grow(value.length);
    const parts = Array.isArray(value)
      ? Array.from(value, (part, i) => [`[${i}]`, part] as const)
      : Object.entries(value).map(([name, part]) => [`.${name}`, part] as const);
    for (const [name, part] of parts)
      open.push({ value: part, path: path + name, depth: depth + 1 });
  }
  return JSON.stringify(metadata);
}

/** Metadata from the text that the core keeps, which it has checked to be a JSON object's. */
export function fromJson(text: string): Metadata {
  return JSON.parse(text) as Metadata;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuse(path: string, value: unknown, wanted: string): never {
  throw new InvalidArgumentError(`${path} must be ${wanted}, not ${describe(value)}`);
}
