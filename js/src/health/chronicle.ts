import type { Clock } from './clock.js';
import type { History } from './history.js';
import { messageOf } from './listeners.js';
import type { HealingAction, HealthSample } from './shape.js';

/** What was seen is written so often at most. */
const SAVE_MS = 60_000;

/** Where a history is kept. */
export interface Shelf {
  write: (bytes: Uint8Array) => Promise<void>;
  /** Whether it is written only when `save` is called. */
  isOnDemand: boolean;
}

/** Keeps the history of a store, and what is written of it. */
export class Chronicle {
  readonly #history: History;
  readonly #clock: Clock;
  readonly #shelf: Shelf | undefined;
  readonly #warn: (message: string) => void;
  #savedAt: number;
  #isUnsaved = false;
  #hasWarned = false;
  /** The last write; it never rejects. */
  #saving: Promise<void> = Promise.resolve();

  /** @param shelf undefined where the history is kept in memory alone */
  constructor(
    history: History,
    clock: Clock,
    shelf: Shelf | undefined,
    warn: (message: string) => void,
  ) {
    this.#history = history;
    this.#clock = clock;
    this.#shelf = shelf;
    this.#warn = warn;
    this.#savedAt = clock.now();
  }

  addSample(sample: HealthSample): void {
    this.#history.addSample(sample);
    this.#isUnsaved = true;
    if (this.#clock.now() - this.#savedAt >= SAVE_MS) this.#saveUnasked();
  }

  addAction(action: HealingAction): void {
    this.#history.addAction(action);
    this.#isUnsaved = true;
    this.#saveUnasked();
  }

  /** Resolves when all that was added is written, or could not be, which is said once. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      if (!this.#isUnsaved || this.#shelf === undefined) return;
      this.#isUnsaved = false;
      this.#savedAt = this.#clock.now();
      try {
        await this.#shelf.write(this.#history.encode());
      } catch (cause) {
        if (!this.#hasWarned)
          this.#warn(`damask could not keep the history of a store: ${messageOf(cause)}`);
        this.#hasWarned = true;
      }
    });
    return this.#saving;
  }

  #saveUnasked(): void {
    if (this.#shelf?.isOnDemand === false) void this.save();
  }
}
