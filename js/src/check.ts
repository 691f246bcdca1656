import { checkFilterExpression } from './check_filter.js';
import { checkText, refuse } from './check_text.js';
import { InvalidArgumentError } from './errors.js';
import type {
  CreateOptions,
  Filter,
  HnswOptions,
  MetadataField,
  PatternInput,
  RebuildKind,
  SearchOptions,
  Vector,
} from './types.js';

export { checkText };

/*
 * Arguments are checked here once, for every backend: types, and that a number fits the integer it
 * is passed as. The documented ranges are checked by the core.
 */

/** Of a vector; the core knows the one that this store wants. */
const MAX_COMPONENTS = 4096;
const MAX_METADATA_FIELDS = 64;
const MAX_UINT32 = 0xffffffff;
const MAX_UINT64 = 0xffffffffffffffffn;

type Check = (value: unknown, field: string) => void;
/** One check for each field of T; a field that is undefined counts as absent. */
type Checks<T> = { readonly [Field in keyof Required<T>]: Check };

export function checkUint32(value: unknown, field: string): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_UINT32)
    refuse(field, `an integer in [0, ${MAX_UINT32}]`, value);
}

export function checkInteger(value: unknown, field: string): asserts value is number {
  if (!Number.isSafeInteger(value))
    refuse(field, `an integer in [-${Number.MAX_SAFE_INTEGER}, ${Number.MAX_SAFE_INTEGER}]`, value);
}

function isCounter(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function checkCounter(value: unknown, field: string): void {
  if (!isCounter(value)) refuse(field, `an integer in [0, ${Number.MAX_SAFE_INTEGER}]`, value);
}

function checkSeed(value: unknown, field: string): void {
  if (typeof value === 'bigint' ? value < 0n || value > MAX_UINT64 : !isCounter(value))
    refuse(field, `an integer in [0, ${Number.MAX_SAFE_INTEGER}] or a bigint below 2^64`, value);
}

function checkNumber(value: unknown, field: string): void {
  if (typeof value !== 'number') refuse(field, 'a number', value);
}

function checkBoolean(value: unknown, field: string): void {
  if (typeof value !== 'boolean') refuse(field, 'a boolean', value);
}

/** Refuses what is no object, and unknown fields. */
function checkFields(value: unknown, name: string, known: object): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(name, 'an object', value);
  for (const field of Object.keys(value))
    if (!Object.hasOwn(known, field))
      throw new InvalidArgumentError(
        `${name} has the unknown field ${JSON.stringify(field)}; known are ${Object.keys(known).join(', ')}`,
      );
  return value as Record<string, unknown>;
}

/** Makes the check of a record: every known field, that the required are there, and no others. */
function recordCheck<T>(checks: Checks<T>, required: readonly (keyof T & string)[] = []): Check {
  const known = Object.entries<Check>(checks);
  return (value, name) => {
    const fields = checkFields(value, name, checks);
    for (const [field, check] of known) {
      const fieldValue = fields[field];
      if (fieldValue !== undefined) check(fieldValue, `${name}.${field}`);
      else if (required.includes(field as keyof T & string))
        throw new InvalidArgumentError(`${name}.${field} is missing`);
    }
  };
}

const metadataField = recordCheck<MetadataField>({ name: checkText, kind: checkText }, [
  'name',
  'kind',
]);

function checkMetadataFields(value: unknown, name: string): void {
  if (!Array.isArray(value)) refuse(name, 'an array', value);
  if (value.length > MAX_METADATA_FIELDS)
    throw new InvalidArgumentError(
      `${name} must have at most ${MAX_METADATA_FIELDS} elements, not ${value.length}`,
    );
  value.forEach((it, i) => {
    metadataField(it, `${name}[${i}]`);
  });
}

const createOptions = recordCheck<CreateOptions>({
  dimension: checkUint32,
  metric: checkText,
  precision: checkText,
  hnsw: recordCheck<HnswOptions>({
    m: checkUint32,
    efConstruction: checkUint32,
    efSearch: checkUint32,
  }),
  seed: checkSeed,
  indexingThreshold: checkUint32,
  metadataFields: checkMetadataFields,
});

const pattern = recordCheck<PatternInput>(
  {
    id: checkText,
    type: checkText,
    domain: checkText,
    content: checkText,
    framework: checkText,
    coverage: checkNumber,
    flakinessScore: checkNumber,
    verdict: checkText,
    createdAt: checkInteger,
    lastUsed: checkInteger,
    usageCount: checkCounter,
    metadata: checkText,
  },
  ['id', 'type', 'domain', 'content'],
);

const filterChecks: Checks<Filter> = {
  domain: checkText,
  type: checkText,
  framework: checkText,
  filter: checkFilterExpression,
};
const filter = recordCheck<Filter>(filterChecks);

const searchFields: Record<keyof Required<SearchOptions>, true> = {
  ...{ domain: true, type: true, framework: true, filter: true },
  ...{ k: true, ef: true, exact: true, threshold: true, mmrLambda: true, mmrPool: true },
  minK: true,
  slotRange: true,
};

export function checkCreateOptions(value: unknown): asserts value is CreateOptions {
  createOptions(value, 'options');
}

export function checkRebuildKind(value: unknown): asserts value is RebuildKind {
  if (value !== 'relink' && value !== 'compact') refuse('kind', "'relink' or 'compact'", value);
}

export function checkPattern(value: unknown, name = 'pattern'): asserts value is PatternInput {
  pattern(value, name);
}

export function checkFilter(value: unknown): asserts value is Filter {
  filter(value, 'filter');
}

export function checkSearchOptions(value: unknown): asserts value is SearchOptions {
  // Each by its name, as every search does this: reading them in a loop takes several times as long.
  const fields = checkFields(value, 'options', searchFields);
  const { domain, type, framework, k, ef, exact, threshold, mmrLambda, mmrPool, minK } = fields;
  if (domain !== undefined) checkText(domain, 'options.domain');
  if (type !== undefined) checkText(type, 'options.type');
  if (framework !== undefined) checkText(framework, 'options.framework');
  if (fields['filter'] !== undefined) checkFilterExpression(fields['filter'], 'options.filter');
  if (k !== undefined) checkUint32(k, 'options.k');
  if (ef !== undefined) checkUint32(ef, 'options.ef');
  if (exact !== undefined) checkBoolean(exact, 'options.exact');
  if (threshold !== undefined) checkNumber(threshold, 'options.threshold');
  if (mmrLambda !== undefined) checkNumber(mmrLambda, 'options.mmrLambda');
  if (mmrPool !== undefined) checkUint32(mmrPool, 'options.mmrPool');
  if (minK !== undefined) checkUint32(minK, 'options.minK');
  if (fields['slotRange'] !== undefined) checkSlotRange(fields['slotRange'], 'options.slotRange');
}

function checkSlotRange(value: unknown, field: string): void {
  if (!Array.isArray(value) || value.length !== 2) refuse(field, 'an array of two numbers', value);
  checkUint32(value[0], `${field}[0]`);
  checkUint32(value[1], `${field}[1]`);
}

/** The vector as float32; an array of numbers is copied and rounded. */
export function toFloats(value: Vector, field: string): Float32Array {
  if (value instanceof Float32Array) return value;
  if (!Array.isArray(value)) refuse(field, 'a Float32Array or an array of numbers', value);
  // Before memory is taken: an array may claim a length of 2^32 and hold nothing.
  if (value.length > MAX_COMPONENTS)
    throw new InvalidArgumentError(
      `${field} must have at most ${MAX_COMPONENTS} components, not ${value.length}`,
    );
  const floats = new Float32Array(value.length);
  for (let i = 0; i < value.length; ++i) {
    const component: unknown = value[i];
    if (typeof component !== 'number') refuse(`${field}[${i}]`, 'a number', component);
    floats[i] = component;
  }
  return floats;
}

/** The bytes of a buffer or of a view on one, not copied. */
export function toBytes(value: ArrayBuffer | ArrayBufferView, field: string): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) refuse(field, 'an ArrayBuffer or a view on one', value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
