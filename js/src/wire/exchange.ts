import type { DamaskError } from '../errors.js';
import { errorFor } from '../errors.js';
import type { ChunkSink, WireModule } from './module.js';
import { FAILED } from './module.js';
import type { Memory, WireWriter } from './wire.js';
import { decode, WireReader } from './wire.js';

/** Bytes of the status that a call leaves; core/src/wire/exchange.hpp is the other side. */
export const STATUS_BYTES = 4096;
/** It begins with four 32-bit words: reply's start and bytes, error code's and message's bytes. */
const WORD = { replyStart: 0, replyBytes: 4, codeBytes: 8, messageBytes: 12, text: 16 };

/** Calls into one module: input goes in, the reply or the error comes out. */
export abstract class Exchange {
  abstract readonly module: WireModule;

  /** Puts into the input what `write` writes, behind `floats` when there are any. */
  abstract send(write: (out: WireWriter) => void, floats?: Float32Array): void;

  /** What the module calls to hand a snapshot over: it adds each chunk to `chunks`, or throws. */
  abstract receiver(chunks: Uint8Array[]): ChunkSink;

  /** Puts bytes into the input as they are. */
  protected abstract sendBytes(bytes: Uint8Array): void;
  protected abstract releaseBytes(): void;

  /** The memory that the status lies in, and where; asked for after each call. */
  protected abstract statusMemory(): Memory;
  protected abstract readonly statusStart: number;
  protected abstract replyMemory(): Memory;

  /** Runs a call that returns a number; throws the error that a refusal left. */
  call(run: () => number): number {
    const status = this.guard(run);
    if (status === FAILED) throw this.#error();
    return status;
  }

  /** Runs a call that returns an object, or null when refused. */
  make<T extends object>(run: () => T | null): T {
    const made = this.guard(run);
    if (made === null) throw this.#error();
    return made;
  }

  /** Frees something. */
  free(run: () => void): void {
    this.guard(run);
  }

  /** Runs something with these bytes as the input. */
  withBytes<T>(bytes: Uint8Array, run: () => T): T {
    this.sendBytes(bytes);
    try {
      return run();
    } finally {
      this.releaseBytes();
    }
  }

  /** What the last call replied; to be read before the next one. */
  reply(): WireReader {
    const start = this.#word(WORD.replyStart);
    return new WireReader(this.replyMemory(), start, this.#word(WORD.replyBytes));
  }

  /** Every call into the module goes through here. */
  protected guard<T>(run: () => T): T {
    return run();
  }

  #word(offset: number): number {
    return this.statusMemory().view.getUint32(this.statusStart + offset, true);
  }

  #error(): DamaskError {
    const text = this.statusStart + WORD.text;
    const message = text + this.#word(WORD.codeBytes);
    const end = message + this.#word(WORD.messageBytes);
    const { bytes } = this.statusMemory();
    return errorFor(decode(bytes.subarray(text, message)), decode(bytes.subarray(message, end)));
  }
}
