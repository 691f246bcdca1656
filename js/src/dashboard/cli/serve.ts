import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  DamaskError,
  InvalidArgumentError,
  NotFoundError,
  openPatternStore,
  type IPatternStore,
  type Metric,
} from '../../index.js';
import { startDashboard, type Dashboard, type DashboardOptions } from '../index.js';
import { openPage } from './open_page.js';

/** What the command line says. */
export interface Choices {
  port?: number;
  host: string;
  token?: string;
  allowHost?: string[];
  interval?: number;
  otel?: boolean;
  open?: boolean;
  create?: boolean;
  dimension?: number;
  metric?: Metric;
  config?: string;
}

const STORE_FILE = /^(snapshot|journal)-\d.*\.damask$/;

/** Serves the store of a directory until the process is told to end. */
export async function serveStore(
  command: 'dashboard' | 'serve',
  directory: string,
  choices: Choices,
): Promise<void> {
  const storagePath = path.resolve(directory);
  const store =
    command === 'dashboard'
      ? await openPatternStore({ storagePath, readOnly: true, configFile: false })
      : await openWriter(storagePath, choices);
  try {
    const dashboard = await startDashboard(store, optionsOf(choices, path.basename(storagePath)));
    try {
      const ended = untilTold();
      await tell(store, storagePath, dashboard);
      if (choices.open) openPage(dashboard.pageUrl);
      await ended;
    } finally {
      await dashboard.close();
    }
  } finally {
    await store.shutdown();
  }
}

/** `settle` takes absent ones for those that are undefined. */
function optionsOf(choices: Choices, title: string): DashboardOptions {
  const { port, host, token, otel, allowHost: allowedHosts, interval: intervalMs } = choices;
  const options = { port, host, token, otel, allowedHosts, intervalMs, title };
  return options as DashboardOptions;
}

async function openWriter(
  storagePath: string,
  { create, dimension, metric, config = '' }: Choices,
): Promise<IPatternStore> {
  const there = await hasStore(storagePath);
  if (!create) {
    for (const [flag, value] of Object.entries({ '--dimension': dimension, '--metric': metric }))
      if (value !== undefined)
        throw new InvalidArgumentError(`${flag} is for a store that is made: add --create`);
    if (!there)
      throw new NotFoundError(
        `there is no store at ${storagePath}: to make one, add --create --dimension N`,
      );
  } else if (dimension === undefined)
    throw new InvalidArgumentError('--create needs --dimension N: the components of an embedding');
  return openPatternStore({
    storagePath,
    configFile: config === '' ? false : config,
    ...(dimension !== undefined && { dimension }),
    ...(metric !== undefined && { metric }),
  });
}

async function hasStore(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).some((name) => STORE_FILE.test(name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new DamaskError('IO', `${folder} could not be read: ${String(cause)}`, { cause });
  }
}

async function tell(store: IPatternStore, place: string, served: Dashboard): Promise<void> {
  const { count } = await store.getStats();
  const { writer } = await store.health();
  const { type, instructionSet } = store.getImplementationInfo();
  process.stdout.write(
    `${place}: ${count} patterns, ${writer ? 'open for writing' : 'read only'}, on ${type} ` +
      `(${instructionSet})\n` +
      `page   ${served.pageUrl}\n` +
      `token  ${served.token}\n` +
      'Ctrl-C ends it.\n',
  );
}

/** The first signal ends in good order; the next one ends at once. */
function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
}
