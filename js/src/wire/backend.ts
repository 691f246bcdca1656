import type { Backend, BackendStore } from '../backend.js';
import type { CreateOptions, EngineInfo, SnapshotInfo } from '../types.js';
import type { Exchange } from './exchange.js';
import { readList, readSnapshotInfo, writeCreateOptions } from './marshal.js';
import type { WireStore } from './module.js';
import { WireBackendStore } from './store.js';

/** The backend that calls a module over the wire. */
export class WireBackend implements Backend {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  info(): EngineInfo {
    const { module } = this.#exchange;
    return {
      version: this.#text(() => module.version()),
      target: this.#text(() => module.targetName()),
      instructionSet: this.#text(() => module.activeInstructionSet()),
      compiledInstructionSets: this.#texts(() => module.compiledInstructionSets()),
      detectedInstructionSets: this.#texts(() => module.detectedInstructionSets()),
    };
  }

  createStore(options: CreateOptions): BackendStore {
    this.#exchange.send((out) => {
      writeCreateOptions(out, options);
    });
    const store = this.#exchange.make(() => this.#exchange.module.createStore());
    return new WireBackendStore(this.#exchange, store);
  }

  openStore(snapshot: Uint8Array): BackendStore {
    const exchange = this.#exchange;
    const open = (): WireStore => exchange.make(() => exchange.module.openStore());
    const store = exchange.withBytes(snapshot, open);
    return new WireBackendStore(this.#exchange, store);
  }

  inspectSnapshot(snapshot: Uint8Array): SnapshotInfo {
    const exchange = this.#exchange;
    exchange.withBytes(snapshot, () => exchange.call(() => exchange.module.inspectSnapshot()));
    return readSnapshotInfo(exchange.reply());
  }

  #text(ask: () => number): string {
    this.#exchange.call(ask);
    return this.#exchange.reply().text();
  }

  #texts(ask: () => number): string[] {
    this.#exchange.call(ask);
    return readList(this.#exchange.reply(), (reply) => reply.text());
  }
}
