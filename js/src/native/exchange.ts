import { Exchange, STATUS_BYTES } from '../wire/exchange.js';
import type { ChunkSink } from '../wire/module.js';
import { Memory, WireWriter } from '../wire/wire.js';
import type { Addon, AddonModule } from './addon.js';

/**
 * Calls into one module of an addon. All memory that both sides see is in ArrayBuffers allocated
 * here: messages are written where the addon reads them, replies are read where it wrote them.
 */
export class NativeExchange extends Exchange {
  readonly module: AddonModule;
  protected readonly statusStart = 0;
  readonly #status = new Memory(new ArrayBuffer(STATUS_BYTES));
  readonly #writer = new WireWriter();
  #reply = new Memory(new ArrayBuffer(0));
  #lent: ArrayBufferLike | undefined;

  constructor(addon: Addon) {
    super();
    this.module = new addon.Module(this.#status.buffer, (bytes) => {
      try {
        this.#reply = new Memory(new ArrayBuffer(bytes));
      } catch {
        return undefined; // The module reports OUT_OF_MEMORY.
      }
      return this.#reply.buffer;
    });
  }

  send(write: (out: WireWriter) => void, floats?: Float32Array): void {
    const out = this.#writer.begin();
    if (floats) out.float32s(floats);
    write(out);
    if (out.buffer !== this.#lent) this.#lend(new Uint8Array(out.buffer));
  }

  receiver(chunks: Uint8Array[]): ChunkSink {
    return (bytes) => {
      const chunk = new Uint8Array(bytes);
      chunks.push(chunk);
      return chunk.buffer;
    };
  }

  /** The addon reads the caller's own bytes, unless another thread may write to them meanwhile. */
  protected sendBytes(bytes: Uint8Array): void {
    this.#lend(isShared(bytes.buffer) ? bytes.slice() : bytes);
  }

  protected releaseBytes(): void {
    this.#lent = undefined;
    this.module.lend(undefined);
  }

  protected statusMemory(): Memory {
    return this.#status;
  }

  protected replyMemory(): Memory {
    return this.#reply;
  }

  #lend(bytes: Uint8Array): void {
    this.#lent = undefined;
    this.module.lend(bytes);
    this.#lent = bytes.buffer;
  }
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}
