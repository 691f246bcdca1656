import * as z from 'zod/mini';
import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { PatternStoreConfig } from './shape.js';

/* What a configuration may say. Ranges are those of core/include/damask/options.hpp. */

export const BACKENDS = ['native', 'wasm-simd', 'wasm-scalar', 'agentdb'] as const;

export const POLICIES = ['always', 'interval', 'manual'] as const;

const integer = (least: number, most: number): z.ZodMiniNumber =>
  z.number().check(z.int(), z.minimum(least), z.maximum(most));

/** Longer ones, and those with a zero in them, no system takes. */
const path = z.string().check(z.minLength(1), z.maxLength(4096), z.regex(/^[^\0]*$/u));

/** What JSON can hold: the fields that a configuration file may have. */
const plainFields = {
  dimension: z.optional(integer(1, 4096)),
  metric: z.optional(z.enum(['cosine', 'euclidean', 'dot'])),
  precision: z.optional(z.enum(['fixed16', 'float32'])),
  hnsw: z.optional(
    z.strictObject({
      m: z.optional(integer(4, 128)),
      efConstruction: z.optional(integer(4, 4096)),
      efSearch: z.optional(integer(1, 10000)),
    }),
  ),
  seed: z.optional(integer(0, Number.MAX_SAFE_INTEGER)),
  indexingThreshold: z.optional(integer(0, 1_000_000)),
  metadataFields: z.optional(
    z
      .array(
        z.strictObject({
          name: z.string().check(z.minLength(1), z.maxLength(128)),
          kind: z.enum(['string', 'number', 'boolean', 'string-list']),
        }),
      )
      .check(z.maxLength(64)),
  ),
  buildThreads: z.optional(integer(1, 64)),
  storagePath: z.optional(path),
  readOnly: z.optional(z.boolean()),
  durability: z.optional(
    z.union([
      z.enum(POLICIES),
      z.strictObject({ policy: z.enum(['always', 'manual']) }),
      z.strictObject({
        policy: z.literal('interval'),
        ms: z.optional(integer(1, 3_600_000)),
        bytes: z.optional(integer(1, 1 << 30)),
      }),
    ]),
  ),
  autoPersist: z.optional(z.boolean()),
  preferredBackend: z.optional(z.enum(['auto', ...BACKENDS])),
  backends: z.optional(z.array(z.enum(BACKENDS)).check(z.maxLength(BACKENDS.length))),
  fallback: z.optional(z.boolean()),
  enableMetrics: z.optional(z.boolean()),
  healing: z.optional(z.enum(['auto', 'suggest', 'off'])),
  targets: z.optional(
    z.strictObject({
      recall: z.number().check(z.gt(0), z.maximum(1)),
      p99Ms: z.optional(z.number().check(z.gt(0), z.maximum(3_600_000))),
    }),
  ),
  efControl: z.optional(z.enum(['mpc', 'pi', 'fixed'])),
  worker: z.optional(z.boolean()),
  nativePath: z.optional(path),
};

const callable = z.optional(
  z.custom((value) => typeof value === 'function', 'expected a function'),
);
const object = (what: string): z.ZodMiniOptional<z.ZodMiniCustom> =>
  z.optional(z.custom((value) => typeof value === 'object' && value !== null, `expected ${what}`));
const wasmSource = z.optional(
  z.custom(
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
    'expected a URL, a path, bytes or a compiled module',
  ),
);

const plainSchema = z.strictObject(plainFields);
const configSchema = z.strictObject({
  ...plainFields,
  seed: z.optional(
    z.union([
      integer(0, Number.MAX_SAFE_INTEGER),
      z.bigint().check(z.minimum(0n), z.maximum(0xffffffffffffffffn)),
    ]),
  ),
  storage: object('a storage driver'),
  wasm: z.optional(z.strictObject({ simd: wasmSource, scalar: wasmSource })),
  onWarning: callable,
  onHealth: callable,
  configFile: z.optional(z.union([z.literal(false), path])),
  env: object('an object'),
});

z.config(z.locales.en());

/** The part of a configuration that a file can give. */
export type PlainConfig = z.infer<typeof plainSchema>;

/** Checks the object given to `openPatternStore`. Throws InvalidArgumentError. */
export function checkConfig(config: unknown): asserts config is PatternStoreConfig {
  check(configSchema, config, 'config');
}

/** Checks what a configuration file says. Throws InvalidArgumentError. */
export function checkPlainConfig(config: unknown, file: string): asserts config is PlainConfig {
  check(plainSchema, config, file);
}

function check(schema: z.ZodMiniType, value: unknown, source: string): void {
  const [issue] = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
  if (issue === undefined) return;
  const field = issue.path.length > 0 ? `${source}: ${issue.path.join('.')}` : source;
  const got = issue.path.length > 0 && issue.code !== 'unrecognized_keys';
  const known =
    issue.code === 'unrecognized_keys' && issue.path.length === 0
      ? `; known are ${Object.keys((schema as z.ZodMiniObject).shape).join(', ')}`
      : '';
  throw new InvalidArgumentError(
    `${field}: ${issue.message}${got ? `, got ${describe(issue.input)}` : ''}${known}`,
  );
}
