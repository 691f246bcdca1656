import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidArgumentError } from '../errors.js';
import type { PatternSearchOptions, StoredPattern, TestPattern } from '../interface.js';
import type { Vector } from '../types.js';
import { readObject } from './body.js';
import type { Access } from './guard.js';
import type { DashboardStore } from './observer.js';
import { Refusal } from './refusal.js';

/** A request, as the methods of the API see it. */
export interface Asked {
  store: DashboardStore;
  request: IncomingMessage;
  /** What of the path follows the route. */
  rest: string;
  maxBodyBytes: number;
  /** Fires when the client is gone. */
  signal: AbortSignal;
}

interface Method {
  access: Access;
  answer: (asked: Asked) => Promise<unknown>;
}

export interface Route {
  /** As it is told in metrics, and in the path; one that ends with a slash takes what follows. */
  path: string;
  methods: Readonly<Record<string, Method>>;
}

const read = (answer: Method['answer']): Method => ({ access: 'read', answer });
const withToken = (answer: Method['answer']): Method => ({ access: 'token', answer });

export const API: readonly Route[] = [
  { path: '/api/stats', methods: { GET: read(({ store }) => store.getStats()) } },
  { path: '/api/health', methods: { GET: read(({ store }) => store.health()) } },
  {
    path: '/api/history',
    methods: { GET: read(async ({ store }) => ({ history: await store.healthHistory() })) },
  },
  {
    path: '/api/actions',
    methods: { GET: read(async ({ store }) => ({ actions: await store.healingActions() })) },
  },
  { path: '/api/search', methods: { POST: withToken(search) } },
  {
    path: '/api/patterns/',
    methods: { GET: withToken(getPattern), PUT: withToken(putPattern), DELETE: withToken(remove) },
  },
  {
    path: '/api/heal',
    methods: {
      POST: withToken(async ({ store, signal }) => ({ actions: await store.heal({ signal }) })),
    },
  },
  {
    path: '/api/optimize',
    methods: {
      POST: withToken(async ({ store, signal }) => {
        await store.optimize({ signal });
        return {};
      }),
    },
  },
];

async function search({ store, request, maxBodyBytes }: Asked): Promise<unknown> {
  const { query, options = {}, ...others } = await readObject(request, maxBodyBytes);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `the body has the unknown field ${JSON.stringify(unknown)}; known are query, options`,
    );
  const asked = options as PatternSearchOptions;
  const { results, report } = await store.searchWithReport(query as Vector, asked);
  return {
    report,
    results: results.map(({ pattern, score }) => ({ pattern: plain(pattern), score })),
  };
}

async function getPattern({ store, rest }: Asked): Promise<unknown> {
  const id = idOf(rest);
  const pattern = await store.getPattern(id);
  if (pattern === null)
    throw new Refusal(404, 'NOT_FOUND', `there is no pattern ${JSON.stringify(id)}`);
  return plain(pattern);
}

async function putPattern({ store, request, rest, maxBodyBytes }: Asked): Promise<unknown> {
  const id = idOf(rest);
  const fields = await readObject(request, maxBodyBytes);
  if (fields['id'] !== undefined && fields['id'] !== id)
    throw new InvalidArgumentError('pattern.id differs from the id of the address');
  await store.storePattern({ ...fields, id } as TestPattern);
  return { id };
}

async function remove({ store, rest }: Asked): Promise<unknown> {
  return { deleted: await store.deletePattern(idOf(rest)) };
}

function idOf(rest: string): string {
  let id: string;
  try {
    id = decodeURIComponent(rest);
  } catch {
    throw new InvalidArgumentError('the id in the address is not percent-encoded UTF-8');
  }
  if (id === '') throw new InvalidArgumentError('the address has no id: /api/patterns/ID');
  return id;
}

/** JSON has no typed arrays. */
function plain({ embedding, ...fields }: StoredPattern): object {
  return embedding === undefined ? fields : { ...fields, embedding: [...embedding] };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}
