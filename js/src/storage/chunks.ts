import { InvalidArgumentError, OutOfMemoryError } from '../errors.js';
import type { FileContent } from './driver.js';

/** Refuses a file without content, which no snapshot is. */
export function checkContent(name: string, bytes: number): void {
  if (bytes === 0) throw new InvalidArgumentError(`${name} would have no bytes`);
}

/** All chunks, for storage that takes a file in one step. */
export async function collect(name: string, content: FileContent): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  checkContent(
    name,
    chunks.reduce((sum, { byteLength }) => sum + byteLength, 0),
  );
  return chunks;
}

/** One copy of all chunks. */
export function join(name: string, chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = allocate(
    name,
    chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
  );
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

export function allocate(name: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new OutOfMemoryError(`${name} has ${bytes} bytes, which do not fit into memory`, {
      cause,
    });
  }
}
