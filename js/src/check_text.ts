import { describe } from './describe.js';
import { InvalidArgumentError } from './errors.js';

/** Throws InvalidArgumentError: what was wanted, and what was given. */
export function refuse(field: string, wanted: string, value: unknown): never {
  throw new InvalidArgumentError(`${field} must be ${wanted}, not ${describe(value)}`);
}

function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return native ? native.call(text) : !/\p{Surrogate}/u.test(text);
}

/** A string that UTF-8 can hold: a lone surrogate would be replaced silently. */
export function checkText(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') refuse(field, 'a string', value);
  if (!isWellFormed(value))
    throw new InvalidArgumentError(`${field} has a lone surrogate, which UTF-8 cannot hold`);
}
