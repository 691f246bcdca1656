import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { API, sendJson, type Route } from './api.js';
import { EventHub } from './events.js';
import { check, type Access, type Guarded } from './guard.js';
import { Metrics } from './metrics.js';
import type { DashboardStore, Observer } from './observer.js';
import { PAGE_HEADERS, type PageFile } from './pages.js';
import { Refusal, toRefusal } from './refusal.js';

interface Parts {
  store: DashboardStore;
  observer: Observer;
  pages: ReadonlyMap<string, PageFile>;
  guarded: Guarded;
  maxBodyBytes: number;
  onError: (error: unknown) => void;
}

/** What is there for a path: each method, who may use it, and what it does. */
interface Found {
  name: string;
  methods: Readonly<Record<string, { access: Access; run: () => Promise<void> | void }>>;
}

/** Answers requests: the page, its events, the metrics and the API. */
export class Handler {
  readonly hub = new EventHub();
  readonly #parts: Parts;
  readonly #metrics: Metrics;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#metrics = new Metrics(
      () => parts.observer.view,
      () => this.hub.size,
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const { method = '', url = '' } = request;
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    const found = this.#find(request, response, url.split('?', 1)[0] ?? '');
    if (found?.name !== '/events')
      response.once('finish', () => {
        const seconds = (performance.now() - began) / 1e3;
        const known = found?.methods[method] ? method : 'other';
        this.#metrics.observe(found?.name ?? 'unknown', known, response.statusCode, seconds);
      });
    try {
      await this.#run(request, found);
    } catch (error) {
      this.#refuse(response, error);
    }
  }

  async #run(request: IncomingMessage, found: Found | undefined): Promise<void> {
    const { guarded } = this.#parts;
    const entry = Object.hasOwn(found?.methods ?? {}, request.method ?? '')
      ? found?.methods[request.method ?? '']
      : undefined;
    // First who asks: others are not told what there is.
    check(request, entry?.access ?? (found ? 'read' : 'page'), guarded);
    if (found === undefined)
      throw new Refusal(404, 'NO_SUCH_PATH', 'there is nothing at this path');
    if (entry === undefined) {
      const allow = Object.keys(found.methods).join(', ');
      throw new Refusal(405, 'METHOD_NOT_ALLOWED', `this path takes ${allow}`, { allow });
    }
    await entry.run();
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const { status, code, message, headers } = toRefusal(error);
    if (status === 500) this.#parts.onError(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, status, { error: { code, message } }, headers);
  }

  #find(request: IncomingMessage, response: ServerResponse, path: string): Found | undefined {
    const { observer, pages } = this.#parts;
    const file = pages.get(path);
    if (file) {
      const run = (): void => {
        response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' });
        response.end(request.method === 'HEAD' ? undefined : file.bytes);
      };
      return {
        name: path,
        methods: { GET: { access: 'page', run }, HEAD: { access: 'page', run } },
      };
    }
    if (path === '/events') {
      const run = async (): Promise<void> => {
        this.hub.add(response, 'view', await observer.look());
      };
      return { name: path, methods: { GET: { access: 'read', run } } };
    }
    if (path === '/metrics') {
      const run = async (): Promise<void> => {
        await observer.look();
        const text = await this.#metrics.text();
        response.writeHead(200, { 'content-type': this.#metrics.contentType });
        response.end(text);
      };
      return { name: path, methods: { GET: { access: 'read', run } } };
    }
    const route = API.find((it) =>
      it.path.endsWith('/') ? path.startsWith(it.path) : path === it.path,
    );
    return route && this.#ask(route, request, response, path.slice(route.path.length));
  }

  #ask(route: Route, request: IncomingMessage, response: ServerResponse, rest: string): Found {
    const { store, maxBodyBytes, observer } = this.#parts;
    const methods = Object.entries(route.methods).map(([method, { access, answer }]) => {
      const run = async (): Promise<void> => {
        const gone = new AbortController();
        response.once('close', () => {
          gone.abort(new Refusal(499, 'CLIENT_GONE', 'the client did not wait'));
        });
        const body = await answer({ store, request, rest, maxBodyBytes, signal: gone.signal });
        sendJson(response, 200, body);
        // Whoever changed something wants to see it.
        if (method !== 'GET') void observer.look();
      };
      return [method, { access, run }] as const;
    });
    return { name: route.path, methods: Object.fromEntries(methods) };
  }
}
