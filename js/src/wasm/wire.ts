/*
 * Fields one after another, little-endian and unaligned: a text as its byte count (32 bits) and its
 * UTF-8, an optional as one byte and the value when that is 1. wasm/wire.hpp is the other side.
 */
import { OutOfMemoryError } from '../errors.js';

const SMALLEST = 4096;
/** A buffer above this is given back at the next message. */
const KEPT = 1 << 20;
/** UTF-8 needs at most this many bytes for one UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();
// A byte order mark is part of a text; and a text that is not UTF-8 must not be repaired silently.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

export class WireWriter {
  #bytes = new Uint8Array(SMALLEST);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Begins a new message. */
  begin(): this {
    if (this.#bytes.byteLength > KEPT) this.#resize(SMALLEST, 0);
    this.#length = 0;
    return this;
  }

  /** What was written since `begin()`; valid until the next write. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  flag(value: boolean): this {
    this.#view.setUint8(this.#take(1), value ? 1 : 0);
    return this;
  }

  uint32(value: number): this {
    this.#view.setUint32(this.#take(4), value, true);
    return this;
  }

  uint64(value: number | bigint): this {
    this.#view.setBigUint64(this.#take(8), BigInt(value), true);
    return this;
  }

  float32(value: number): this {
    this.#view.setFloat32(this.#take(4), value, true);
    return this;
  }

  float64(value: number): this {
    this.#view.setFloat64(this.#take(8), value, true);
    return this;
  }

  text(value: string): this {
    const start = this.#take(4 + value.length * BYTES_PER_UNIT);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(start + 4));
    this.#view.setUint32(start, written, true);
    this.#length = start + 4 + written;
    return this;
  }

  /** One byte, and what `write` adds when the value is there. */
  optional<T>(value: T | undefined, write: (writer: this, value: T) => unknown): this {
    this.flag(value !== undefined);
    if (value !== undefined) write(this, value);
    return this;
  }

  #take(bytes: number): number {
    const start = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.byteLength)
      this.#resize(Math.max(this.#length, 2 * this.#bytes.byteLength), start);
    return start;
  }

  #resize(capacity: number, kept: number): void {
    const bytes = allocate(capacity);
    bytes.set(this.#bytes.subarray(0, kept));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads a reply in WebAssembly memory; to be used up before the next call into the module. */
export class WireReader {
  readonly #buffer: ArrayBuffer;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;

  constructor(buffer: ArrayBuffer, address: number, bytes: number) {
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    this.#position = address;
    this.#end = address + bytes;
  }

  flag(): boolean {
    return this.#view.getUint8(this.#take(1)) !== 0;
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  text(): string {
    const bytes = this.uint32();
    return decode(new Uint8Array(this.#buffer, this.#take(bytes), bytes));
  }

  optional<T>(read: (reader: this) => T): T | undefined {
    return this.flag() ? read(this) : undefined;
  }

  /** `count` values, copied. The position is a multiple of 4: all that came before them is. */
  uint32s(count: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#take(4 * count), count).slice();
  }

  /** `count` values, copied. The position is a multiple of 4: all that came before them is. */
  float32s(count: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(4 * count), count).slice();
  }

  /** Bytes not read yet. */
  rest(): number {
    return this.#end - this.#position;
  }

  #take(bytes: number): number {
    const start = this.#position;
    this.#position += bytes;
    if (this.#position > this.#end) throw new RangeError('a reply ends too early');
    return start;
  }
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new OutOfMemoryError(`a message of ${bytes} bytes does not fit into memory`, { cause });
  }
}

export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
