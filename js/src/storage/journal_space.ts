/** Of a journal's first part, and of a frame, as docs/format.md has them. */
const JOURNAL_HEADER_BYTES = 48;
const FRAME_HEADER_BYTES = 32;
const LENGTH_BYTES = 8;

/**
 * The bytes of a part without the zeros behind its last frame, which are space for those to come. No
 * frame begins with a length of 0, so that these are zeros of no frame.
 */
export function withoutSpace(part: Uint8Array, isFirst: boolean): Uint8Array {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  let end = isFirst ? JOURNAL_HEADER_BYTES : 0;
  while (end + LENGTH_BYTES <= part.byteLength) {
    const length = Number(view.getBigUint64(end, true));
    if (length === 0) break;
    end += FRAME_HEADER_BYTES + length;
  }
  return isZeroFrom(part, end) ? part.subarray(0, end) : part;
}

function isZeroFrom(bytes: Uint8Array, begin: number): boolean {
  for (let i = begin; i < bytes.byteLength; ++i) if (bytes[i] !== 0) return false;
  return true;
}
