// An engine's store as it is measured: what it finds, what it takes, what it has lost sight of.
import { census } from './policies.mjs';
import { Slices } from './slices.mjs';

export const patternOf = (label) => ({
  ...{ id: String(label), type: 'unit', domain: 'bench', framework: 'vitest' },
  content: `pattern ${label}: should still be found when all around it has been replaced`,
});

export class DamaskView {
  constructor(store, ef) {
    Object.assign(this, { store, ef });
  }

  prepare(vector) {
    return vector;
  }

  find(query, k) {
    return this.store.searchSlots(query, { k, ef: this.ef });
  }

  exact(query, k) {
    return this.store.searchSlots(query, { k, exact: true });
  }

  labelsOf({ slots }) {
    return Array.from(slots, (slot) => Number(this.store.idOf(slot)));
  }

  distancesOf({ report }) {
    return report.distanceComputations;
  }

  figures() {
    const { count, slots, graphBytes, codeBytes, recordBytes } = this.store.stats();
    const { unreachable } = census(this.store, new Slices(Infinity, () => {}));
    return {
      ...{ count, tombstones: slots - count, ef: this.ef },
      unreachable: unreachable / count,
      memoryBytes: graphBytes + codeBytes + recordBytes,
    };
  }
}
