import { DamaskError } from '../errors.js';
import { Exchange } from '../wire/exchange.js';
import type { ChunkSink } from '../wire/module.js';
import { Memory, WireWriter } from '../wire/wire.js';
import type { GlueModule } from './glue.js';

/**
 * Calls into one WebAssembly module. Views on its memory are made anew when it has grown, which
 * detaches the old ones; every call may do that.
 */
export class WasmExchange extends Exchange {
  readonly module: GlueModule;
  protected readonly statusStart: number;
  readonly #memory: WebAssembly.Memory;
  readonly #writer = new WireWriter();
  #view: Memory;
  #trap: unknown;

  constructor(module: GlueModule, memory: WebAssembly.Memory) {
    super();
    this.module = module;
    this.#memory = memory;
    this.#view = new Memory(memory.buffer);
    this.statusStart = module.statusAddress();
  }

  send(write: (out: WireWriter) => void, floats?: Float32Array): void {
    const out = this.#writer.begin();
    write(out);
    const message = out.bytes();
    const head = floats?.byteLength ?? 0;
    const address = this.#reserve(head + message.byteLength);
    const memory = this.#current();
    if (floats) memory.floats.set(floats, address / Float32Array.BYTES_PER_ELEMENT);
    memory.bytes.set(message, address + head);
  }

  receiver(chunks: Uint8Array[]): ChunkSink {
    return (address, bytes) => {
      chunks.push(this.#current().bytes.slice(address, address + bytes));
      return true;
    };
  }

  protected sendBytes(bytes: Uint8Array): void {
    const address = this.#reserve(bytes.byteLength);
    this.#current().bytes.set(bytes, address);
  }

  protected releaseBytes(): void {
    this.free(() => {
      this.module.releaseInput();
    });
  }

  protected statusMemory(): Memory {
    return this.#current();
  }

  protected replyMemory(): Memory {
    return this.#current();
  }

  /** Nothing is left to free in a module that has trapped. */
  override free(run: () => void): void {
    if (this.#trap === undefined) super.free(run);
  }

  /**
   * The module returns every error as a value; what it throws is a trap, after which its memory is
   * in no known state. So nothing is called after one.
   */
  protected override guard<T>(run: () => T): T {
    if (this.#trap !== undefined) throw trapped(this.#trap);
    try {
      return run();
    } catch (trap) {
      this.#trap = trap ?? new Error('unknown');
      throw trapped(this.#trap);
    }
  }

  #reserve(bytes: number): number {
    return this.call(() => this.module.reserveInput(bytes));
  }

  #current(): Memory {
    const { buffer } = this.#memory;
    if (this.#view.buffer !== buffer) this.#view = new Memory(buffer);
    return this.#view;
  }
}

function trapped(cause: unknown): DamaskError {
  return new DamaskError('INTERNAL', 'the WebAssembly module trapped and can no longer be used', {
    cause,
  });
}
