import { Engine } from '../engine.js';
import { DamaskError, InvalidArgumentError, LoadError, UnsupportedError } from '../errors.js';
import { WireBackend } from '../wire/backend.js';
import { checkKnownAnswer } from '../wire/known_answer.js';
import { WasmExchange } from './exchange.js';
import type { GlueFactory, GlueModule } from './glue.js';
import { compile, reason, toUrl } from './read_source.js';
import { simdSupported } from './simd.js';

/** What a module was built for: 128-bit SIMD, or engines that lack it. */
export type WasmTarget = 'simd' | 'scalar';

const INSTRUCTION_SETS: Readonly<Record<WasmTarget, string>> = {
  simd: 'wasm-simd128',
  scalar: 'scalar',
};

/**
 * damask.wasm: its URL, its path (a string that is not a URL; Node), its bytes, or the compiled module
 * (where compiling from bytes is forbidden).
 */
export type WasmSource = URL | string | BufferSource | WebAssembly.Module;

export interface LoadOptions {
  source: WasmSource;
  /**
   * damask.mjs of the same build: its default export, its URL or its path. Absent: the file
   * damask.mjs beside `source`, which must then be a URL or a path.
   */
  glue?: GlueFactory | URL | string;
  /** What `source` was built for. The engine is tried, and refused when it is another. */
  target: WasmTarget;
}

/**
 * Loads the WebAssembly engine, and hands it out after it has answered a known question rightly.
 *
 * Throws UnsupportedError when `target` is "simd" and the runtime lacks it (see `simdSupported`),
 * DamaskError `IO` when a file cannot be read, and LoadError when the module cannot be compiled or
 * started, does not belong to the glue or to `target`, or gives a wrong answer.
 */
export async function loadDamask(options: LoadOptions): Promise<Engine> {
  const instructionSet = INSTRUCTION_SETS[options.target] as string | undefined;
  if (instructionSet === undefined)
    throw new InvalidArgumentError(`target must be "simd" or "scalar", not ${options.target}`);
  if (options.target === 'simd' && !simdSupported())
    throw new UnsupportedError('this runtime has no 128-bit SIMD: load the scalar module');
  try {
    const [module, glue] = await Promise.all([compile(options.source), loadGlue(options)]);
    const { glueModule, memory } = await start(module, glue);
    const engine = new Engine(new WireBackend(new WasmExchange(glueModule, memory)));
    checkInstructionSet(engine, instructionSet);
    checkKnownAnswer(engine);
    return engine;
  } catch (cause) {
    if (cause instanceof DamaskError) throw cause;
    throw new LoadError(`the WebAssembly engine cannot be loaded: ${reason(cause)}`, { cause });
  }
}

function checkInstructionSet(engine: Engine, wanted: string): void {
  const { instructionSet } = engine.info();
  if (instructionSet !== wanted)
    throw new LoadError(
      `the module's instruction set is ${instructionSet}, but ${wanted} was asked for`,
    );
}

async function loadGlue({ source, glue }: LoadOptions): Promise<GlueFactory> {
  if (typeof glue === 'function') return glue;
  const url = glue === undefined ? glueBeside(source) : toUrl(glue);
  const imported = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href)) as {
    default?: unknown;
  };
  if (typeof imported.default !== 'function')
    throw new LoadError(`${url.href} has no default export to start the module with`);
  return imported.default as GlueFactory;
}

function glueBeside(source: WasmSource): URL {
  if (typeof source === 'string' || source instanceof URL)
    return new URL('damask.mjs', toUrl(source));
  throw new InvalidArgumentError('glue must be given when source is neither a URL nor a path');
}

/** Instantiates the module through the glue. The glue reports no failure of its own: we do. */
function start(
  module: WebAssembly.Module,
  glue: GlueFactory,
): Promise<{ glueModule: GlueModule; memory: WebAssembly.Memory }> {
  return new Promise((resolve, reject) => {
    let memory: WebAssembly.Memory | undefined;
    const quiet = (): void => undefined;
    const started = glue({
      print: quiet,
      printErr: quiet,
      instantiateWasm: (imports, receive) => {
        WebAssembly.instantiate(module, imports)
          .then((instance) => {
            memory = Object.values(instance.exports).find((it) => it instanceof WebAssembly.Memory);
            receive(instance, module);
          })
          .catch(reject);
        return {};
      },
    });
    started.then((glueModule) => {
      if (memory === undefined) reject(new LoadError('the module exports no memory'));
      else resolve({ glueModule, memory });
    }, reject);
  });
}
