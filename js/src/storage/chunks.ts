import { InvalidArgumentError, OutOfMemoryError } from '../errors.js';

/** Refuses a file without content, which no snapshot is. */
export function checkContent(name: string, chunks: readonly Uint8Array[]): void {
  if (chunks.every((chunk) => chunk.byteLength === 0))
    throw new InvalidArgumentError(`${name} would have no bytes`);
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
