/** A snapshot of several chunks that only this generation has, with its length in front. */
export function crashContent(generation) {
  const bytes = 1000 + ((generation * 7919) % 60_000);
  const head = new Uint8Array(Uint32Array.of(generation, bytes).buffer);
  const body = Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + generation) % 251);
  return [head, body.subarray(0, 500), body.subarray(500)];
}
