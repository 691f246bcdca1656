import type { HealthEvent } from './shape.js';

type Listener = (event: HealthEvent) => unknown;

/** What was thrown, in words: anything may be. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Tells of what nobody waits for: an error of who is told goes nowhere. */
export function safely(warn: (message: string) => unknown): (message: string) => void {
  return (message) => {
    try {
      Promise.resolve(warn(message)).catch(() => undefined);
    } catch {
      // There is nobody left to tell.
    }
  };
}

/** Those who are told how a store is. What they throw, or reject with, is warned of. */
export class Listeners {
  readonly #all = new Set<{ listener: Listener }>();
  readonly #warn: (message: string) => void;

  /** @param warn does not throw */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Returns what ends it: the same listener may be there more than once. */
  add(listener: Listener): () => void {
    const its = { listener };
    this.#all.add(its);
    return () => {
      this.#all.delete(its);
    };
  }

  tell(event: HealthEvent): void {
    for (const { listener } of [...this.#all])
      try {
        Promise.resolve(listener(structuredClone(event))).catch(this.#warnOf);
      } catch (cause) {
        this.#warnOf(cause);
      }
  }

  readonly #warnOf = (cause: unknown): void => {
    this.#warn(`a listener of onHealth threw: ${messageOf(cause)}`);
  };
}
