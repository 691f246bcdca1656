/** Gives one caller at a time the store, in the order in which they asked. */
export class Turns {
  #taken = false;
  readonly #waiting: (() => void)[] = [];
  readonly #hurried = new Set<() => void>();

  /** Whether nobody is at it or waiting. */
  get isFree(): boolean {
    return !this.#taken;
  }

  /** Whether somebody waits for who is at it. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Calls `hurry` whenever somebody begins to wait, until what it returns is called. */
  onWaiting(hurry: () => void): () => void {
    this.#hurried.add(hurry);
    return () => {
      this.#hurried.delete(hurry);
    };
  }

  /** Runs `work` when its turn has come: at once, before it returns, when nobody is at it. */
  take<T>(work: () => T | Promise<T>): T | Promise<T> {
    if (this.#taken)
      return new Promise<T>((resolve) => {
        this.#waiting.push(() => {
          resolve(this.#runLate(work));
        });
        for (const hurry of [...this.#hurried]) hurry();
      });
    try {
      return this.#run(work);
    } finally {
      this.#goOn();
    }
  }

  #run<T>(work: () => T | Promise<T>): T | Promise<T> {
    this.#taken = true;
    let isLong = false;
    try {
      const result = work();
      isLong = result instanceof Promise;
      if (result instanceof Promise) result.then(this.#end, this.#end);
      return result;
    } finally {
      if (!isLong) this.#taken = false;
    }
  }

  /** An error that `work` throws at once is a rejection too. */
  async #runLate<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#run(work);
  }

  readonly #end = (): void => {
    this.#taken = false;
    this.#goOn();
  };

  /** The next one's work begins before whoever waits for the last one's result goes on. */
  #goOn(): void {
    while (!this.#taken && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}
