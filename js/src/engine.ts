import type { Backend } from './backend.js';
import { checkCreateOptions, toBytes } from './check.js';
import { Store } from './store.js';
import type { CreateOptions, EngineInfo, SnapshotInfo } from './types.js';

/** A running copy of the core: it makes stores. */
export class Engine {
  readonly #backend: Backend;

  /** Engines come from a loader, such as `loadDamask`; a test may inject a backend of its own. */
  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Which engine this is. Throws UnsupportedError when DAMASK_ISA names what this machine lacks. */
  info(): EngineInfo {
    return this.#backend.info();
  }

  /** An empty store. Throws InvalidArgumentError for a field outside its limits. */
  createStore(options: CreateOptions = {}): Store {
    checkCreateOptions(options);
    return new Store(this.#backend.createStore(options));
  }

  /**
   * The store that a snapshot holds, whichever engine wrote it; the bytes are copied.
   * Throws SnapshotError when they are not a snapshot that can be opened.
   */
  openStore(snapshot: ArrayBuffer | ArrayBufferView): Store {
    return new Store(this.#backend.openStore(toBytes(snapshot, 'snapshot')));
  }

  /**
   * What a snapshot says about itself, after checking header, section table and every checksum;
   * the graph itself is validated by `openStore`. Throws SnapshotError.
   */
  inspectSnapshot(snapshot: ArrayBuffer | ArrayBufferView): SnapshotInfo {
    return this.#backend.inspectSnapshot(toBytes(snapshot, 'snapshot'));
  }
}
