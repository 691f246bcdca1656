/**
 * The smallest module that needs 128-bit SIMD: one function from two vectors to one,
 * `local.get 0, local.get 1, i32x4.dot_i16x8_s`, the instruction that the kernels rest on.
 */
const PROBE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x07, 0x01, 0x60, 0x02, 0x7b, 0x7b, 0x01, 0x7b], // type: (v128, v128) -> v128
  ...[0x03, 0x02, 0x01, 0x00], // function 0 has type 0
  ...[0x0a, 0x0b, 0x01, 0x09, 0x00, 0x20, 0x00, 0x20, 0x01, 0xfd, 0xba, 0x01, 0x0b], // its body
]);

/** Whether this runtime's WebAssembly has 128-bit SIMD. */
export function simdSupported(): boolean {
  return WebAssembly.validate(PROBE);
}
