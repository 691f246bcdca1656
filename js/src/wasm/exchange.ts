import { DamaskError, errorFor } from '../errors.js';
import { FAILED } from './glue.js';
import type { GlueModule } from './glue.js';
import { decode, WireReader, WireWriter } from './wire.js';

/**
 * Calls into one module: input goes in, the reply or the error comes out. Views on its memory are
 * made anew for each use, because every call may grow it and so detach the old ones.
 */
export class Exchange {
  readonly module: GlueModule;
  readonly #memory: WebAssembly.Memory;
  readonly #replyAddress: number;
  readonly #writer = new WireWriter();
  #trap: unknown;

  constructor(module: GlueModule, memory: WebAssembly.Memory) {
    this.module = module;
    this.#memory = memory;
    this.#replyAddress = module.replyAddress();
  }

  /** Puts into the input what `write` writes, behind `floats` when there are any. */
  send(write: (out: WireWriter) => void, floats?: Float32Array): void {
    const out = this.#writer.begin();
    write(out);
    const bytes = out.bytes();
    const head = floats?.byteLength ?? 0;
    const address = this.#reserve(head + bytes.byteLength);
    if (floats) new Float32Array(this.#memory.buffer, address, floats.length).set(floats);
    new Uint8Array(this.#memory.buffer, address + head, bytes.byteLength).set(bytes);
  }

  /** Puts bytes into the input as they are. */
  sendBytes(bytes: Uint8Array): void {
    const address = this.#reserve(bytes.byteLength);
    new Uint8Array(this.#memory.buffer, address, bytes.byteLength).set(bytes);
  }

  /** Runs a call that returns a number; throws the error that a refusal left. */
  call(run: () => number): number {
    const status = this.#guard(run);
    if (status === FAILED) throw this.#error();
    return status;
  }

  /** Runs a call that returns an object, or null when refused. */
  make<T extends object>(run: () => T | null): T {
    const made = this.#guard(run);
    if (made === null) throw this.#error();
    return made;
  }

  /** Frees something; nothing is left to free in a module that has trapped. */
  free(run: () => void): void {
    if (this.#trap === undefined) this.#guard(run);
  }

  /** What the last call replied; to be read before the next one. */
  reply(): WireReader {
    const [address, bytes] = this.#words(0);
    return new WireReader(this.#memory.buffer, address, bytes);
  }

  /** A copy of some bytes of the module's memory. */
  copy(address: number, bytes: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, bytes).slice();
  }

  #reserve(bytes: number): number {
    return this.call(() => this.module.reserveInput(bytes));
  }

  #words(first: number): [number, number] {
    const words = new Uint32Array(this.#memory.buffer, this.#replyAddress + 4 * first, 2);
    return [words[0] as number, words[1] as number];
  }

  #error(): DamaskError {
    const [code, message] = [this.#words(2), this.#words(4)].map(([address, bytes]) =>
      decode(new Uint8Array(this.#memory.buffer, address, bytes)),
    ) as [string, string];
    return errorFor(code, message);
  }

  /**
   * The module returns every error as a value; what it throws is a trap, after which its memory is
   * in no known state. So nothing is called after one.
   */
  #guard<T>(run: () => T): T {
    if (this.#trap !== undefined) throw trapped(this.#trap);
    try {
      return run();
    } catch (trap) {
      this.#trap = trap ?? new Error('unknown');
      throw trapped(this.#trap);
    }
  }
}

function trapped(cause: unknown): DamaskError {
  return new DamaskError('INTERNAL', 'the WebAssembly module trapped and can no longer be used', {
    cause,
  });
}
