import type { ServerResponse } from 'node:http';
import { Refusal } from './refusal.js';

const MAX_CLIENTS = 32;
/** What may wait for a client that does not read before it is let go; it comes back for everything. */
const MAX_WAITING = 4 << 20;
/** Below the minute after which proxies give up on a silent connection. */
const ALIVE_MS = 15_000;

/** The pages that follow the store, by server-sent events. */
export class EventHub {
  readonly #clients = new Set<ServerResponse>();
  readonly #timer = setInterval(() => {
    this.#write(': alive\n\n');
  }, ALIVE_MS).unref();

  get size(): number {
    return this.#clients.size;
  }

  /** Begins with one event, goes on with those that are sent. */
  add(response: ServerResponse, name: string, data: unknown): void {
    // One that has left already will not say so again.
    if (response.destroyed || response.closed) return;
    if (this.#clients.size >= MAX_CLIENTS)
      throw new Refusal(
        503,
        'TOO_MANY_PAGES',
        `${MAX_CLIENTS} pages follow this store already: close one`,
        { 'retry-after': '10' },
      );
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(textOf(name, data));
    this.#clients.add(response);
    response.once('close', () => this.#clients.delete(response));
  }

  send(name: string, data: unknown): void {
    if (this.#clients.size > 0) this.#write(textOf(name, data));
  }

  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.end();
  }

  #write(text: string): void {
    for (const client of this.#clients)
      if (client.writableLength > MAX_WAITING) client.destroy();
      else client.write(text);
  }
}

/** JSON has no line ends of its own, so that one line of data holds it. */
function textOf(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
