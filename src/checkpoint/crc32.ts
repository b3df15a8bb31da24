/** Remainders of a byte, for the polynomial of zip in reversed bits. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/**
 * The check sum of zip, for where Node's is not.
 *
 * @param before - the sum of the bytes before these, 0 of none.
 * @returns the sum of both, from 0 to 2^32 - 1.
 * @source ISO 3309, as RFC 1952, section 8, has it.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ table[(sum ^ bytes[i]!) & 0xff]!;
  return ~sum >>> 0;
}
