import { checkPattern, toFloats } from '../check.js';
import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { StoredPattern, TestPattern } from '../interface.js';
import type { Pattern, PatternInput } from '../types.js';
import { fromJson, toJson } from './json.js';

/** A pattern as the engine takes it. */
export interface Entry {
  record: PatternInput;
  embedding: Float32Array;
}

/**
 * Checks a caller's pattern, and copies its embedding, as the caller may change both as soon as the call
 * returns: unless the engine, which checks and copies too, gets it `atOnce`.
 */
export function toEntry(pattern: TestPattern, name = 'pattern', atOnce = false): Entry {
  if (typeof pattern !== 'object' || (pattern as unknown) === null)
    throw new InvalidArgumentError(`${name} must be an object, not ${describe(pattern)}`);
  const { embedding, metadata, ...fields } = pattern;
  const record: PatternInput = fields;
  if (metadata !== undefined) record.metadata = toJson(metadata, `${name}.metadata`);
  if (!atOnce) checkPattern(record, name);
  if ((embedding as unknown) === undefined)
    throw new InvalidArgumentError(`${name}.embedding is missing`);
  const floats = toFloats(embedding, `${name}.embedding`);
  return { record, embedding: !atOnce && floats === embedding ? floats.slice() : floats };
}

/** The engine's record as callers get it: the same object, as copying it takes longer than reading it. */
export function toStoredPattern(record: Pattern, embedding?: Float32Array): StoredPattern {
  const { metadata } = record;
  const pattern = record as Omit<Pattern, 'metadata'> as StoredPattern;
  if (metadata !== undefined) pattern.metadata = fromJson(metadata);
  if (embedding !== undefined) pattern.embedding = embedding;
  return pattern;
}
