import { EventSource } from 'eventsource';
import type { Update, View } from '../observer.js';

const KEY = 'damask-token';

export interface Listener {
  onView: (view: View) => void;
  onUpdate: (update: Update) => void;
  onLink: (link: 'live' | 'lost' | 'refused') => void;
}

/** The server that the page came from: its events, and what may be asked of it. */
export class Connection {
  #token: string | null;
  #events: EventSource | undefined;

  constructor() {
    // Out of the address at once, where it would be seen, kept and passed on.
    const given = new URLSearchParams(location.hash.slice(1)).get('token');
    if (given !== null) {
      sessionStorage.setItem(KEY, given);
      history.replaceState(null, '', location.pathname);
    }
    this.#token = given ?? sessionStorage.getItem(KEY);
  }

  get hasToken(): boolean {
    return this.#token !== null;
  }

  useToken(token: string): void {
    sessionStorage.setItem(KEY, token);
    this.#token = token;
  }

  /** Follows the store, and goes on doing so when the connection breaks. */
  follow({ onView, onUpdate, onLink }: Listener): void {
    this.#events?.close();
    const events = new EventSource(new URL('events', location.href), {
      fetch: (url, init) => fetch(url, { ...init, headers: this.#headers(init.headers) }),
    });
    this.#events = events;
    const parsed = (event: MessageEvent): unknown => JSON.parse(event.data as string);
    events.addEventListener('open', () => {
      onLink('live');
    });
    events.addEventListener('error', ({ code }) => {
      onLink(code === 401 ? 'refused' : 'lost');
      // Other refusals, such as that of too many pages, pass.
      if (events.readyState === events.CLOSED && code !== 401)
        setTimeout(() => {
          this.follow({ onView, onUpdate, onLink });
        }, 5000);
    });
    events.addEventListener('view', (event) => {
      onView(parsed(event) as View);
    });
    events.addEventListener('update', (event) => {
      onUpdate(parsed(event) as Update);
    });
  }

  /** Asks the server to do something; throws what it says when it does not. */
  async post(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(path, { method: 'POST', headers: this.#headers({}) });
    const body = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error((body['error'] as { message: string }).message);
    return body;
  }

  #headers(headers: Record<string, string>): Record<string, string> {
    return this.#token === null ? headers : { ...headers, authorization: `Bearer ${this.#token}` };
  }
}
