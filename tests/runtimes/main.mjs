// Runs the runtimes that are named, one after another, and prints a row for each answer.
import { arm64 } from './lib/arm64.mjs';
import { chromium, firefox } from './lib/browsers.mjs';
import { fallback } from './lib/fallback.mjs';
import { bun, deno, node, systemNode } from './lib/processes.mjs';
import { prepareApp } from './lib/scratch.mjs';
import { shared } from './lib/shared.mjs';
import { stored } from './lib/stored.mjs';
import { Table } from './lib/table.mjs';
import { workerd } from './lib/workerd.mjs';

const RUNTIMES = {
  node,
  'system-node': systemNode,
  ...{ deno, bun, chromium, firefox, workerd, arm64, fallback, shared, stored },
};

const names = process.argv.slice(2);
const unknown = names.filter((it) => !Object.hasOwn(RUNTIMES, it));
if (unknown.length > 0) {
  console.error(`run: no such runtime: ${unknown}; there are ${Object.keys(RUNTIMES).join(' ')}`);
  process.exit(2);
}
const app = await prepareApp();
const table = new Table(app.sha256);
for (const name of names.length > 0 ? names : Object.keys(RUNTIMES)) {
  try {
    await RUNTIMES[name](app.folder, table);
  } catch (error) {
    table.fail(name, error);
  }
}
process.exitCode = table.close();
