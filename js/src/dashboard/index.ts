import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DamaskError, InvalidArgumentError } from '../errors.js';
import { isLoopback } from './guard.js';
import { Handler } from './handler.js';
import { Observer, type DashboardStore } from './observer.js';
import { settle, type DashboardOptions, type Settings } from './options.js';
import { meterOf, report } from './otel.js';
import { readPage } from './pages.js';

export type { DashboardOptions } from './options.js';
export type { DashboardStore } from './observer.js';
export type { OtelInstrument, OtelMeter, OtelResult } from './otel.js';

/** A dashboard that is served. */
export interface Dashboard {
  /** Where it is, such as 'http://127.0.0.1:41234/'. */
  url: string;
  /** The same with the token behind a '#', which browsers keep to themselves. */
  pageUrl: string;
  /** What changes and patterns need: `Authorization: Bearer TOKEN`. */
  token: string;
  /** Stops serving. The store stays open. */
  close(): Promise<void>;
}

/** Longer than any request but healing, which may go on when its body is there. */
const REQUEST_MS = 30_000;
const MAX_CONNECTIONS = 256;

/**
 * Serves a page that shows how a store is, live, with `/metrics` for Prometheus and a JSON API: see
 * docs/dashboard.md of the repository. On loopback unless told otherwise.
 *
 * Throws InvalidArgumentError (an option, or a host beyond loopback without a token), UnsupportedError
 * (`otel: true` without its package) and DamaskError `IO` (the port is taken).
 */
export async function startDashboard(
  store: DashboardStore,
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const settings = settle(options);
  const address = await addressOf(settings);
  const observer = new Observer(store, settings.title);
  const meter =
    settings.otel === false
      ? undefined
      : await meterOf(settings.otel, store.getImplementationInfo().version);
  const loopback = isLoopback(address);
  const handler = new Handler({
    ...{ store, observer, pages: await readPage() },
    ...{ guarded: { ...settings, loopback } },
    ...{ maxBodyBytes: settings.maxBodyBytes, onError: settings.onError },
  });
  const server = createServer({ requestTimeout: REQUEST_MS }, (request, response) => {
    void handler.handle(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, settings, address);
  const endReport = meter && report(meter, () => observer.view);
  const endLooking = follow(store, observer, handler, settings.intervalMs);
  const url = `http://${urlHost(settings.host, address)}:${port}/`;
  return {
    ...{ url, pageUrl: `${url}#token=${settings.token}`, token: settings.token },
    close: async () => {
      endLooking();
      endReport?.();
      handler.hub.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      // A look that is under way must not meet a store that its owner shuts down next.
      await observer.settled();
    },
  };
}

/** The address of the host, and that it may be listened on. */
async function addressOf({ host, ownToken }: Settings): Promise<string> {
  let address: string;
  try {
    ({ address } = await lookup(host));
  } catch (cause) {
    throw new DamaskError('IO', `the host ${JSON.stringify(host)} is not known here`, { cause });
  }
  if (!isLoopback(address) && !ownToken)
    throw new InvalidArgumentError(
      `options.host ${JSON.stringify(host)} can be reached by others: that needs options.token`,
    );
  return address;
}

async function listen(server: Server, { port, host }: Settings, address: string): Promise<number> {
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new DamaskError('IO', `cannot listen on port ${port} of ${host}: ${String(cause)}`, {
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}

/** What a browser on this machine can ask for. */
function urlHost(host: string, address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Looks at the store every so often, and when it says that something happened. */
function follow(
  store: DashboardStore,
  observer: Observer,
  { hub }: Handler,
  intervalMs: number,
): () => void {
  observer.onLook = (update, whole) => {
    if (whole) hub.send('view', observer.view);
    else hub.send('update', update);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const again = async (): Promise<void> => {
    await observer.look();
    if (!ended) timer = setTimeout(() => void again(), intervalMs);
  };
  const unsubscribe = store.onHealth(() => void observer.look());
  void again();
  return () => {
    ended = true;
    clearTimeout(timer);
    unsubscribe();
  };
}
