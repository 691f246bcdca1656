import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { DemoError, inCheckout } from './places.mjs';

/** Tests that are indexed when --all is not given. */
export const DEFAULT_COUNT = 4000;

/** More threads than this bring nothing to a job of a minute, and each loads the model. */
const MAX_WORKERS = 4;

/** The options of the preparing step, which the whole job has too. */
export const PREPARE_OPTIONS = {
  all: { type: 'boolean', default: false },
  tests: { type: 'string', default: '/usr/lib/python3.11' },
  cache: { type: 'string', default: inCheckout('build/demo') },
  workers: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
};

/** What --help says about them. */
export const PREPARE_HELP = `\
  --all            take every test, not ${DEFAULT_COUNT.toLocaleString('en-US')} of them
  --tests FOLDER   Python library with a test suite (default /usr/lib/python3.11)
  --cache FOLDER   where tests and embeddings are kept (default build/demo)
  --workers N      threads that embed, 1 to ${MAX_WORKERS} (default: one per core)
  -h, --help       this text`;

/** Arguments that do not make sense. The message is followed by the usage. */
export class UsageError extends DemoError {
  name = 'UsageError';
}

/** parseArgs, with its refusals as UsageError. */
export function parse(config) {
  try {
    return parseArgs({ ...config, strict: true });
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0]);
  }
}

/** The number that --workers gives. */
export function workerCount(text) {
  if (text === undefined) return Math.min(availableParallelism(), MAX_WORKERS);
  if (!/^[1-9]\d*$/.test(text) || Number(text) > MAX_WORKERS) {
    throw new UsageError(`--workers is '${text}': must be a whole number from 1 to ${MAX_WORKERS}`);
  }
  return Number(text);
}

/** Runs a command; a failure that a person can act on becomes a message and an exit code. */
export async function runCommand(usage, main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${usage}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** Prints a step of the job as an aligned line. */
export function say(step, text) {
  process.stdout.write(`${step.padEnd(6)} ${text}\n`);
}
