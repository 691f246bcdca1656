import type { Backend, BackendStore } from '../backend.js';
import type { CreateOptions, EngineInfo, SnapshotInfo } from '../types.js';
import type { Exchange } from './exchange.js';
import { readList, readSnapshotInfo, writeCreateOptions } from './marshal.js';
import { WasmStore } from './store.js';

/** The backend that calls a WebAssembly module. */
export class WasmBackend implements Backend {
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
    return new WasmStore(this.#exchange, store);
  }

  openStore(snapshot: Uint8Array): BackendStore {
    this.#exchange.sendBytes(snapshot);
    const store = this.#exchange.make(() => this.#exchange.module.openStore(snapshot.byteLength));
    return new WasmStore(this.#exchange, store);
  }

  inspectSnapshot(snapshot: Uint8Array): SnapshotInfo {
    this.#exchange.sendBytes(snapshot);
    this.#exchange.call(() => this.#exchange.module.inspectSnapshot(snapshot.byteLength));
    return readSnapshotInfo(this.#exchange.reply());
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
