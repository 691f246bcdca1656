import { Engine } from '../engine.js';
import { InvalidArgumentError, LoadError } from '../errors.js';
import { PREBUILDS_URL } from '../prebuilds.js';
import { WireBackend } from '../wire/backend.js';
import { checkKnownAnswer } from '../wire/known_answer.js';
import type { Addon } from './addon.js';
import { NativeExchange } from './exchange.js';

export interface NativeLoadOptions {
  /**
   * The addon, damask.node. Absent: what the environment variable DAMASK_NATIVE_PATH names, or, when
   * that is not set either, the addon that the package brings for this platform,
   * prebuilds/<platform>-<arch>/damask.node. The first of these is taken or refused: nothing falls
   * back to the next.
   */
  path?: string;
}

/**
 * Loads the native engine, and hands it out after it has answered a known question rightly. Works in
 * every runtime that has Node-API: Node (worker threads too), Bun, Deno.
 *
 * Throws LoadError when the runtime has no Node-API, when there is no addon or it cannot be loaded
 * (`cause` is what the runtime said), or when it gives a wrong answer; InvalidArgumentError when
 * `path` is not the path of a .node file; UnsupportedError when DAMASK_ISA names an instruction set
 * that this machine lacks.
 */
export async function loadNative(options: NativeLoadOptions = {}): Promise<Engine> {
  const runtime = (globalThis as { process?: Partial<NodeJS.Process> }).process;
  if (runtime?.versions?.node === undefined)
    throw new LoadError('this runtime has no Node-API: load the WebAssembly engine');
  const path = checkPath(options.path ?? process.env['DAMASK_NATIVE_PATH']) ?? (await prebuilt());
  const engine = new Engine(new WireBackend(new NativeExchange(await loadAddon(path))));
  checkInstructionSet(engine);
  checkKnownAnswer(engine);
  return engine;
}

function checkPath(path: unknown): string | undefined {
  if (path === undefined) return undefined;
  if (typeof path !== 'string' || !path.endsWith('.node'))
    throw new InvalidArgumentError(`path must name a .node file, not ${JSON.stringify(path)}`);
  return path;
}

async function prebuilt(): Promise<string> {
  const { fileURLToPath } = await import('node:url');
  return fileURLToPath(new URL(`${process.platform}-${process.arch}/damask.node`, PREBUILDS_URL));
}

async function loadAddon(path: string): Promise<Addon> {
  const [fs, { createRequire }, paths] = await Promise.all([
    import('node:fs'),
    import('node:module'),
    import('node:path'),
  ]);
  const file = paths.resolve(path);
  if (!fs.existsSync(file))
    throw new LoadError(
      `there is no native addon ${file}: name one with path or DAMASK_NATIVE_PATH, ` +
        'or load the WebAssembly engine',
    );
  let exported: unknown;
  try {
    exported = createRequire(file)(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(`the native addon ${file} cannot be loaded: ${reason}`, { cause });
  }
  if (typeof (exported as Partial<Addon> | undefined)?.Module !== 'function')
    throw new LoadError(`${file} is not damask's native addon: it exports no Module`);
  return exported as Addon;
}

function checkInstructionSet(engine: Engine): void {
  const { instructionSet, detectedInstructionSets } = engine.info();
  if (!detectedInstructionSets.includes(instructionSet))
    throw new LoadError(
      `the addon's instruction set is ${instructionSet}, but this machine has ` +
        detectedInstructionSets.join(', '),
    );
}
