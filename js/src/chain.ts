import { runtime } from '#runtime';
import type { Engine } from './engine.js';
import { LoadError, UnsupportedError } from './errors.js';
import type { PatternStoreConfig } from './config/shape.js';
import type { BackendName, ChainName, PassedOver } from './interface.js';

type ChainConfig = Pick<
  PatternStoreConfig,
  'preferredBackend' | 'backends' | 'fallback' | 'onWarning' | 'wasm' | 'nativePath'
>;

/** An engine that works, and those that came before it and don't. */
export interface Chosen {
  engine: Engine;
  backend: BackendName;
  passedOver: PassedOver[];
}

/**
 * Takes the first engine of the chain that works: it loads, answers a known question to the last bit
 * and runs on an instruction set that this machine has. One warning says what was passed over.
 * Throws LoadError, with every reason, when none works (or, without `fallback`, the first doesn't).
 */
export async function chooseEngine(config: ChainConfig): Promise<Chosen> {
  const chain = chainOf(config);
  const fallback = config.fallback ?? true;
  const passedOver: PassedOver[] = [];
  for (const backend of fallback ? chain : chain.slice(0, 1)) {
    try {
      const engine = await load(backend, config);
      const chosen = { engine, backend: backend as BackendName, passedOver };
      warn(chosen, config);
      return chosen;
    } catch (cause) {
      passedOver.push({ backend, reason: cause instanceof Error ? cause.message : String(cause) });
    }
  }
  throw new LoadError(`no engine works here: ${reasons(passedOver)}. ${advice(chain, fallback)}`);
}

/** The preferred one first, then the others, fastest first. */
function chainOf({ preferredBackend = 'auto', backends }: ChainConfig): ChainName[] {
  const chain = [...(backends ?? runtime.backends)];
  if (preferredBackend === 'auto') return chain;
  return [preferredBackend, ...chain.filter((backend) => backend !== preferredBackend)];
}

async function load(backend: ChainName, config: ChainConfig): Promise<Engine> {
  if (backend === 'agentdb')
    throw new UnsupportedError('this version of damask has no AgentDB backend');
  return runtime.loadEngine(backend, config);
}

function reasons(passedOver: readonly PassedOver[]): string {
  return passedOver.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ');
}

function advice(chain: readonly ChainName[], fallback: boolean): string {
  if (chain.length === 0)
    return 'The configuration leaves none to try: see backends, RUVECTOR_ENABLED, AGENTDB_ENABLED';
  if (!fallback && chain.length > 1)
    return `Set fallback: true to let ${chain.slice(1).join(' or ')} do, or preferredBackend to one that works`;
  return 'Reinstall damask for this platform, or build it from source as its README says';
}

/** Tells once what was passed over, if anything was. */
export function warn(
  { backend, passedOver }: Omit<Chosen, 'engine'>,
  { onWarning }: Pick<ChainConfig, 'onWarning'>,
): void {
  if (passedOver.length === 0) return;
  const message = `damask runs on ${backend}; passed over: ${reasons(passedOver)}`;
  if (onWarning) onWarning(message, passedOver);
  else runtime.warn(message, 'DAMASK_FALLBACK');
}

/** Tells of a failure that no caller waits for. */
export function warnOperator(message: string, { onWarning }: Pick<ChainConfig, 'onWarning'>): void {
  if (!onWarning) {
    runtime.warn(message, 'DAMASK_WRITE_FAILED');
    return;
  }
  try {
    onWarning(message, []);
  } catch {
    // Nobody waits for what this warns of, so that nobody could catch what it throws.
    runtime.warn(message, 'DAMASK_WRITE_FAILED');
  }
}
