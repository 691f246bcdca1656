// Work on a store in slices, as the product does it, between which searches go on.

/** How long a slice may go on before searches get their turn, in milliseconds. */
export const SLICE_MS = { native: 1, 'wasm-simd': 5 };

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

  /** Steps until one returns false; a slice ends when the next step might not fit. */
  run(step) {
    for (let more = true; more;) {
      const began = performance.now();
      let [before, now] = [began, began];
      do {
        more = step();
        [before, now] = [now, performance.now()];
      } while (more && now - began + (now - before) < this.sliceMs);
      this.cost.busyMs += now - began;
      this.cost.longestPauseMs = Math.max(this.cost.longestPauseMs, now - began);
      ++this.cost.slices;
      this.between();
    }
  }
}
