/*
 * Fields one after another, little-endian and unaligned: a text as its byte count (32 bits) and its
 * UTF-8, an optional as one byte and the value when that is 1. core/src/wire/wire.hpp is the other
 * side.
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

/** A buffer, with the views that reading and writing take. */
export class Memory {
  readonly buffer: ArrayBuffer;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly floats: Float32Array;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.floats = new Float32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
  }
}

/** Writes messages, one after another into the same buffer. */
export class WireWriter {
  #memory = allocate(SMALLEST);
  #length = 0;

  /** What messages are written to; another one after a message that did not fit, or a large one. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Begins a new message. */
  begin(): this {
    if (this.#memory.buffer.byteLength > KEPT) this.#resize(SMALLEST, 0);
    this.#length = 0;
    return this;
  }

  /** What was written since `begin()`; valid until the next write. */
  bytes(): Uint8Array {
    return this.#memory.bytes.subarray(0, this.#length);
  }

  /** Floats in the machine's order, which is little-endian wherever damask runs; they come first. */
  float32s(values: Float32Array): this {
    const start = this.#take(values.byteLength);
    this.#memory.floats.set(values, start / Float32Array.BYTES_PER_ELEMENT);
    return this;
  }

  flag(value: boolean): this {
    const at = this.#take(1);
    this.#memory.bytes[at] = value ? 1 : 0;
    return this;
  }

  uint32(value: number): this {
    const at = this.#take(4);
    this.#memory.view.setUint32(at, value, true);
    return this;
  }

  uint64(value: number | bigint): this {
    const at = this.#take(8);
    this.#memory.view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  float32(value: number): this {
    const at = this.#take(4);
    this.#memory.view.setFloat32(at, value, true);
    return this;
  }

  float64(value: number): this {
    const at = this.#take(8);
    this.#memory.view.setFloat64(at, value, true);
    return this;
  }

  text(value: string): this {
    const start = this.#take(4 + value.length * BYTES_PER_UNIT);
    const { written } = encoder.encodeInto(value, this.#memory.bytes.subarray(start + 4));
    this.#memory.view.setUint32(start, written, true);
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
    const capacity = this.#memory.buffer.byteLength;
    if (this.#length > capacity) this.#resize(Math.max(this.#length, 2 * capacity), start);
    return start;
  }

  #resize(capacity: number, kept: number): void {
    const memory = allocate(capacity);
    memory.bytes.set(this.#memory.bytes.subarray(0, kept));
    this.#memory = memory;
  }
}

/** Reads a reply; to be used up before the next call into the module. */
export class WireReader {
  readonly #memory: Memory;
  readonly #end: number;
  #position: number;

  constructor(memory: Memory, start: number, bytes: number) {
    this.#memory = memory;
    this.#position = start;
    this.#end = start + bytes;
  }

  flag(): boolean {
    return this.#memory.view.getUint8(this.#take(1)) !== 0;
  }

  int32(): number {
    return this.#memory.view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#memory.view.getUint32(this.#take(4), true);
  }

  uint64(): bigint {
    return this.#memory.view.getBigUint64(this.#take(8), true);
  }

  float32(): number {
    return this.#memory.view.getFloat32(this.#take(4), true);
  }

  float64(): number {
    return this.#memory.view.getFloat64(this.#take(8), true);
  }

  text(): string {
    const bytes = this.uint32();
    const start = this.#take(bytes);
    return decode(this.#memory.bytes.subarray(start, start + bytes));
  }

  /** `count` texts: all their byte counts, then all their bytes. */
  texts(count: number): string[] {
    const { bytes, view } = this.#memory;
    const lengths = this.#take(4 * count);
    let total = 0;
    for (let i = 0; i < count; ++i) total += view.getUint32(lengths + 4 * i, true);
    const begin = this.#take(total);
    // Decoding all at once and slicing takes a sixth of the time of decoding each; it is right when
    // every character is one byte, and so one UTF-16 unit.
    const all = decode(bytes.subarray(begin, begin + total));
    const ascii = all.length === total;
    const texts: string[] = [];
    for (let i = 0, start = 0; i < count; ++i) {
      const end = start + view.getUint32(lengths + 4 * i, true);
      texts.push(
        ascii ? all.slice(start, end) : decode(bytes.subarray(begin + start, begin + end)),
      );
      start = end;
    }
    return texts;
  }

  /** A text; one of `known`, in ASCII, when that is it: decoding takes ten times as long as comparing. */
  oneOf(known: readonly string[]): string {
    const { bytes } = this.#memory;
    const length = this.uint32();
    const start = this.#take(length);
    for (const text of known) {
      if (text.length !== length) continue;
      let same = 0;
      while (same < length && bytes[start + same] === text.charCodeAt(same)) ++same;
      if (same === length) return text;
    }
    return decode(bytes.subarray(start, start + length));
  }

  optional<T>(read: (reader: this) => T): T | undefined {
    return this.flag() ? read(this) : undefined;
  }

  /** `count` values, copied. */
  uint32s(count: number): Uint32Array {
    const { view } = this.#memory;
    const start = this.#take(4 * count);
    const values = new Uint32Array(count);
    for (let i = 0; i < count; ++i) values[i] = view.getUint32(start + 4 * i, true);
    return values;
  }

  /** `count` values, copied. */
  float32s(count: number): Float32Array {
    const { view } = this.#memory;
    const start = this.#take(4 * count);
    const values = new Float32Array(count);
    for (let i = 0; i < count; ++i) values[i] = view.getFloat32(start + 4 * i, true);
    return values;
  }

  /** Some bytes, copied. */
  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return this.#memory.bytes.slice(start, start + count);
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

function allocate(bytes: number): Memory {
  try {
    return new Memory(new ArrayBuffer(bytes));
  } catch (cause) {
    throw new OutOfMemoryError(`a message of ${bytes} bytes does not fit into memory`, { cause });
  }
}

export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
