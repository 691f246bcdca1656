// Work on a store in slices, as the product does it, between which searches go on.

/** How long a slice may go on before searches get their turn, in milliseconds. */
export const SLICE_MS = { native: 1, 'wasm-simd': 5 };

export class Slices {
  /** `between` is called after each slice. */
  constructor(sliceMs, between) {
    Object.assign(this, { sliceMs, between });
    this.cost = { busyMs: 0, longestPauseMs: 0, longestCpuMs: 0, peakBytes: 0, slices: 0 };
  }

  /** Says that the work holds so many bytes beside the store. */
  holds(bytes) {
    this.cost.peakBytes = Math.max(this.cost.peakBytes, bytes);
  }

  /**
   * Steps until one returns false; a slice ends when the next step might not fit. Where the processor's
   * time of the longest slice is much less than its pause, others had the processor.
   */
  run(name, step) {
    for (let more = true; more;) {
      const cpuBefore = process.cpuUsage();
      const began = performance.now();
      let [before, now] = [began, began];
      do {
        more = step();
        [before, now] = [now, performance.now()];
      } while (more && now - began + (now - before) < this.sliceMs);
      this.#add(name, now - began, process.cpuUsage(cpuBefore));
      this.between();
    }
  }

  #add(name, ms, { user, system }) {
    const { cost } = this;
    const cpuMs = (user + system) / 1000;
    cost.busyMs += ms;
    cost.longestPauseMs = Math.max(cost.longestPauseMs, ms);
    if (cpuMs > cost.longestCpuMs) Object.assign(cost, { longestCpuMs: cpuMs, longestIn: name });
    ++cost.slices;
  }
}
