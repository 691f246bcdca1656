import { toBytes } from './check.js';
import { InvalidArgumentError } from './errors.js';
import { join } from './storage/chunks.js';

/** A snapshot: its bytes, or a stream of them such as the body of a response. */
export type SnapshotSource =
  ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** All bytes of a snapshot, in one piece. */
export async function readAll(source: SnapshotSource): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
    return toBytes(source, 'snapshot');
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(source)) chunks.push(toBytes(chunk, 'a chunk of snapshot'));
  return join('snapshot', chunks);
}

/** Safari's streams are not async iterable. */
async function* chunksOf(source: SnapshotSource): AsyncIterable<Uint8Array> {
  const isObject = typeof source === 'object' && (source as unknown) !== null;
  if (isObject && Symbol.asyncIterator in source) {
    yield* source as AsyncIterable<Uint8Array>;
    return;
  }
  if (!isObject || typeof (source as Partial<ReadableStream>).getReader !== 'function')
    throw new InvalidArgumentError('snapshot must be bytes or a stream of them');
  const reader = (source as ReadableStream<Uint8Array>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}
