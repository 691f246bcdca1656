import { InvalidArgumentError } from '../errors.js';
import type { PatternStoreConfig } from './shape.js';
import { BACKENDS, POLICIES } from './schema.js';

/*
 * What the environment says, by names of ours and by the names that deployments of RuVector and
 * AgentDB use already. Where two say something about one field, ours wins.
 */

type Environment = Readonly<Record<string, string | undefined>>;
type Fields = Pick<
  PatternStoreConfig,
  'storagePath' | 'durability' | 'preferredBackend' | 'backends'
>;

/** As the system has it for paths. */
const MAX_VALUE = 4096;
const ENGINES = ['native', 'wasm-simd', 'wasm-scalar'] as const;

/** The fields that the environment sets. Throws InvalidArgumentError that names the variable. */
export function readEnvironment(env: Environment): Fields {
  const config: Fields = {};
  const storagePath = text(env, 'DAMASK_PATH') ?? text(env, 'PATTERN_STORE_PATH');
  if (storagePath !== undefined) config.storagePath = storagePath;
  const durability = text(env, 'DAMASK_DURABILITY');
  if (durability !== undefined)
    config.durability =
      POLICIES.find((it) => it === durability) ??
      refuse('DAMASK_DURABILITY', POLICIES.join(', '), durability);
  const preferred = backend(env, 'DAMASK_BACKEND') ?? backend(env, 'PATTERN_STORE_BACKEND');
  if (preferred !== undefined) config.preferredBackend = preferred;
  const ours = flag(env, 'RUVECTOR_ENABLED');
  const agentdb = flag(env, 'AGENTDB_ENABLED');
  if (ours !== undefined || agentdb !== undefined)
    config.backends = [
      ...((ours ?? true) ? ENGINES : []),
      ...((agentdb ?? false) ? (['agentdb'] as const) : []),
    ];
  return config;
}

/** The value of a variable; an empty one counts as absent, as it does for a shell's ${NAME:-}. */
function text(env: Environment, name: string): string | undefined {
  const value: unknown = env[name];
  if (value === '' || value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > MAX_VALUE)
    throw new InvalidArgumentError(
      `the environment variable ${name} must be a string of at most ${MAX_VALUE} characters`,
    );
  return value;
}

function backend(env: Environment, name: string): PatternStoreConfig['preferredBackend'] {
  const value = text(env, name);
  if (value === undefined) return undefined;
  // What RuVector was asked to do, this package does: its fastest engine first.
  if (value === 'auto' || value === 'ruvector') return 'auto';
  const known = BACKENDS.find((it) => it === value);
  if (known === undefined) refuse(name, `auto, ruvector, ${BACKENDS.join(', ')}`, value);
  return known;
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  return refuse(name, 'true, false, 1 or 0', value);
}

function refuse(name: string, wanted: string, value: string): never {
  throw new InvalidArgumentError(
    `the environment variable ${name} must be one of ${wanted}, not ${JSON.stringify(value.slice(0, 64))}`,
  );
}
