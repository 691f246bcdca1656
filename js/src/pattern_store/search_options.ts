import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { PatternSearchOptions } from '../interface.js';
import type { SearchOptions } from '../types.js';

/** Lambda where none is given. */
const DEFAULT_LAMBDA = 0.5;

/** What of a result is read, and what the engine is asked. */
export interface SplitOptions {
  withEmbedding: boolean;
  withContent: boolean;
  engine: SearchOptions;
}

/** Splits the options of a search. The engine's part is checked where it is used. */
export function splitOptions(options: PatternSearchOptions): SplitOptions {
  if (typeof options !== 'object' || (options as unknown) === null)
    throw new InvalidArgumentError(`options must be an object, not ${describe(options)}`);
  const { withEmbedding, withContent, useMMR, mmrLambda, ...engine } = options;
  const asked: SearchOptions = engine;
  if (flag(useMMR, 'useMMR', false)) asked.mmrLambda = mmrLambda ?? DEFAULT_LAMBDA;
  else if (mmrLambda !== undefined)
    throw new InvalidArgumentError('options.mmrLambda is given without options.useMMR: true');
  return {
    withEmbedding: flag(withEmbedding, 'withEmbedding', false),
    withContent: flag(withContent, 'withContent', true),
    engine: asked,
  };
}

/** The options of `searchWithMMR`: `useMMR` goes without saying. */
export function withMmr(options: PatternSearchOptions): PatternSearchOptions {
  if (options.useMMR === false)
    throw new InvalidArgumentError('options.useMMR is false, but searchWithMMR was called');
  return { ...options, useMMR: true };
}

function flag(value: unknown, field: string, absent: boolean): boolean {
  if (value === undefined) return absent;
  if (typeof value !== 'boolean')
    throw new InvalidArgumentError(`options.${field} must be a boolean, not ${describe(value)}`);
  return value;
}
