import type { Clock } from './clock.js';
import type { History } from './history.js';
import type { HealingAction, HealthSample } from './shape.js';

/** What was seen is written so often at most. */
const SAVE_MS = 60_000;

/** Keeps the history of a store, and what is written of it. */
export class Chronicle {
  readonly #history: History;
  readonly #clock: Clock;
  readonly #write: ((bytes: Uint8Array) => Promise<void>) | undefined;
  readonly #warn: (message: string) => void;
  #savedAt: number;
  #isUnsaved = false;
  #hasWarned = false;
  /** The last write; it never rejects. */
  #saving: Promise<void> = Promise.resolve();

  /** @param write keeps the history; undefined where it is kept in memory alone */
  constructor(
    history: History,
    clock: Clock,
    write: ((bytes: Uint8Array) => Promise<void>) | undefined,
    warn: (message: string) => void,
  ) {
    this.#history = history;
    this.#clock = clock;
    this.#write = write;
    this.#warn = warn;
    this.#savedAt = clock.now();
  }

  addSample(sample: HealthSample): void {
    this.#history.addSample(sample);
    this.#isUnsaved = true;
    if (this.#clock.now() - this.#savedAt >= SAVE_MS) void this.save();
  }

  addAction(action: HealingAction): void {
    this.#history.addAction(action);
    this.#isUnsaved = true;
    void this.save();
  }

  /** Resolves when all that was added is written, or could not be, which is said once. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      if (!this.#isUnsaved || this.#write === undefined) return;
      this.#isUnsaved = false;
      this.#savedAt = this.#clock.now();
      try {
        await this.#write(this.#history.encode());
      } catch (cause) {
        if (!this.#hasWarned)
          this.#warn(`damask could not keep the history of a store: ${(cause as Error).message}`);
        this.#hasWarned = true;
      }
    });
    return this.#saving;
  }
}
