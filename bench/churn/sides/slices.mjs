// Work on a store in slices, as the product does it, between which searches go on.

/** How long a slice may go on before searches get their turn, in milliseconds. */
export const SLICE_MS = { native: 1, 'wasm-simd': 6 };

export class Slices {
  /** `between` is called after each slice. */
  constructor(sliceMs, between) {
    Object.assign(this, { sliceMs, between });
    this.cost = { busyMs: 0, longestPauseMs: 0, peakBytes: 0, slices: 0 };
  }

  /** Says that the work holds so many bytes beside the store. */
  holds(bytes) {
    this.cost.peakBytes = Math.max(this.cost.peakBytes, bytes);
  }

  /** Steps until one returns false. */
  run(step) {
    for (let more = true; more;) {
      const began = performance.now();
      do more = step();
      while (more && performance.now() - began < this.sliceMs);
      const paused = performance.now() - began;
      this.cost.busyMs += paused;
      this.cost.longestPauseMs = Math.max(this.cost.longestPauseMs, paused);
      ++this.cost.slices;
      this.between();
    }
  }
}
