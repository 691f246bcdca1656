import type { Endpoint } from 'comlink';

/**
 * The worker's end of the line to its page, which lets through what a store is called by, and drops all
 * else: comlink by itself would read and set any property that a message names.
 */
export function guarded(scope: Endpoint, methods: ReadonlySet<string>): Endpoint {
  const guards = new Map<EventListenerOrEventListenerObject, EventListener>();
  return {
    postMessage: (message: unknown, transfer?: Transferable[]) => {
      scope.postMessage(message, transfer);
    },
    addEventListener(type, listener, options) {
      const guard: EventListener = (event) => {
        if (!isCall((event as MessageEvent<unknown>).data, methods)) return;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      guards.set(listener, guard);
      scope.addEventListener(type, guard, options);
    },
    removeEventListener(type, listener, options) {
      scope.removeEventListener(type, guards.get(listener) ?? listener, options);
    },
  };
}

function isCall(message: unknown, methods: ReadonlySet<string>): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { type, path, argumentList } = message as Readonly<Record<string, unknown>>;
  if (type === 'RELEASE') return true;
  if (type !== 'APPLY' || !Array.isArray(argumentList) || !Array.isArray(path)) return false;
  return path.length === 1 && typeof path[0] === 'string' && methods.has(path[0]);
}
