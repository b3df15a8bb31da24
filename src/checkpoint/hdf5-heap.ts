/** A global heap of HDF5 starts with it. */
const SIGNATURE = "GCOL";
/** Bytes of the heap's own head, and of each object's, where lengths have 8 bytes. */
const HEAD_BYTES = 16;

/**
 * What is wrong with the objects of a global heap, where HDF5 keeps texts of any length.
 *
 * Objects follow one another: the library goes on by what each says of its length, and for ever where one of them
 * says 0, or so much that the sum wraps around its 32 bits.
 *
 *     GCOL, version, size of the heap | index, count of references, length, data | ...
 *
 * @param bytes - the first bytes of what the library reads at once; of any other kind, too.
 * @returns a clause for a message; null where nothing is wrong, or the bytes are no such heap.
 * @source The HDF Group, HDF5 File Format Specification 3.0, section III.E.
 */
export function heapFault(bytes: Uint8Array): string | null {
  for (let i = 0; i < SIGNATURE.length; i++) if (bytes[i] !== SIGNATURE.charCodeAt(i)) return null;
  if (bytes.length < HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthAt = (at: number) => Number(view.getBigUint64(at, true));
  const size = lengthAt(8);
  for (let at = HEAD_BYTES; at + HEAD_BYTES <= Math.min(size, bytes.length); ) {
    const length = lengthAt(at + 8);
    // Object 0 is what is free: its length is that of all of it.
    const isFree = view.getUint16(at, true) === 0;
    const step = isFree ? length : HEAD_BYTES + 8 * Math.ceil(length / 8);
    if (step < HEAD_BYTES || at + step > size) {
      return `objects of a heap that fill its ${size} bytes, got one of ${length} at its byte ${at}`;
    }
    at += step;
  }
  return null;
}
