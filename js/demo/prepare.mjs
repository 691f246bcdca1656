#!/usr/bin/env node
import { resolve } from 'node:path';

import {
  DEFAULT_COUNT,
  PREPARE_HELP,
  PREPARE_OPTIONS,
  UsageError,
  parse,
  runCommand,
  say,
  workerCount,
} from './lib/options.mjs';
import { prepare } from './lib/prepare.mjs';
import { BUILT_IN_QUESTIONS } from './lib/questions.mjs';

const USAGE = `\
Usage: node prepare.mjs [options]

Reads CPython's own tests and embeds them, for run.mjs. Both are kept: the next run has nothing to do.

${PREPARE_HELP}
`;

await runCommand(USAGE, async () => {
  const { values, positionals } = parse({ options: PREPARE_OPTIONS, allowPositionals: true });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' is not an option`);
  await prepare({
    root: resolve(values.tests),
    folder: resolve(values.cache),
    count: values.all ? Infinity : DEFAULT_COUNT,
    workers: workerCount(values.workers),
    questions: BUILT_IN_QUESTIONS,
    say,
  });
  return 0;
});
