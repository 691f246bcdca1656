import { runtime } from '#runtime';
import { describe } from '../describe.js';
import { InvalidArgumentError } from '../errors.js';
import type { PatternStoreConfig } from './shape.js';
import { policyOf } from '../pattern_store/durability.js';
import type { ConfigFile } from '../runtime/shape.js';
import type { HnswOptions } from '../types.js';
import { readEnvironment } from './environment.js';
import { checkConfig, checkPlainConfig, type PlainConfig } from './schema.js';

/**
 * One configuration out of all that was said: what was passed wins over the environment, that over
 * the file. Fields that nobody set stay absent: their defaults belong to whoever uses them.
 * Throws InvalidArgumentError that names the field and where it was set.
 */
export async function resolveConfig(passed: PatternStoreConfig): Promise<PatternStoreConfig> {
  checkConfig(passed);
  if (passed.storage !== undefined && passed.storagePath !== undefined)
    throw new InvalidArgumentError('config: storage and storagePath cannot both be given');
  const file =
    passed.configFile === false ? undefined : await runtime.readConfigFile(passed.configFile);
  const layers: readonly PatternStoreConfig[] = [
    file === undefined ? {} : (parse(file) as PatternStoreConfig),
    readEnvironment(passed.env ?? runtime.environment()),
    passed,
  ];
  const config: PatternStoreConfig = {};
  for (const layer of layers) Object.assign(config, withoutUndefined(withDurability(layer)));
  const hnsw: Partial<HnswOptions> = {};
  for (const layer of layers) Object.assign(hnsw, withoutUndefined(layer.hnsw ?? {}));
  if (Object.keys(hnsw).length > 0) config.hnsw = hnsw;
  if (passed.storage !== undefined) delete config.storagePath;
  checkHealing(config);
  return config;
}

/** Refuses what cannot be done together. */
function checkHealing({
  enableMetrics = true,
  readOnly = false,
  healing,
  targets,
  efControl,
}: PatternStoreConfig): void {
  const wanted = healing === undefined || healing === 'off' ? undefined : healing;
  if (wanted !== undefined && !enableMetrics)
    throw new InvalidArgumentError(
      `config: healing ${describe(wanted)} needs enableMetrics, which is false`,
    );
  if (wanted !== undefined && readOnly)
    throw new InvalidArgumentError(
      `config: healing ${describe(wanted)} is for the store's writer, and readOnly is true`,
    );
  if (targets !== undefined && !enableMetrics)
    throw new InvalidArgumentError('config: targets need enableMetrics, which is false');
  if (efControl !== undefined && targets === undefined)
    throw new InvalidArgumentError('config: efControl needs targets to hold');
}

/** `autoPersist` is said as `durability`, so that what a later source says wins whichever it uses. */
function withDurability({ autoPersist, ...layer }: PatternStoreConfig): PatternStoreConfig {
  if (autoPersist === undefined) return layer;
  const older = autoPersist ? 'always' : 'manual';
  const { policy } = policyOf({ durability: layer.durability ?? older });
  if (policy !== older)
    throw new InvalidArgumentError(
      `config: durability ${describe(policy)} and autoPersist ${describe(autoPersist)} contradict each other`,
    );
  return { ...layer, durability: layer.durability ?? older };
}

function parse({ path, text }: ConfigFile): PlainConfig {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new InvalidArgumentError(`${path} is not JSON: ${(cause as Error).message}`);
  }
  // An own member of this name would become the prototype of what it is copied to.
  if (typeof config === 'object' && config !== null && Object.hasOwn(config, '__proto__'))
    throw new InvalidArgumentError(`${path}: Unrecognized key: "__proto__"`);
  checkPlainConfig(config, path);
  return config;
}

/** The fields that are there. */
export function withoutUndefined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
