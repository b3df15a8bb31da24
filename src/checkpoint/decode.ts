import { smallFloatTable } from "../linalg/float-formats.ts";
import type { Dtype, PlainDtype } from "./tensor.ts";

/** Bytes that one stored entry takes. */
export const bytesPerEntry: Readonly<Record<PlainDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/** Whether entries are one number each, in whole bytes. */
export function isPlain(dtype: Dtype): dtype is PlainDtype {
  return Object.hasOwn(bytesPerEntry, dtype);
}

type Decoded = Float32Array | Float64Array;

const tables = new Map<string, Float32Array>();

function table(format: "F16" | "F8_E4M3" | "F8_E5M2"): Float32Array {
  let values = tables.get(format);
  if (!values) {
    values = smallFloatTable(format);
    tables.set(format, values);
  }
  return values;
}

function copyLookedUp(codes: Uint8Array | Uint16Array, values: Float32Array, into: Float32Array): void {
  for (let i = 0; i < codes.length; i++) into[i] = values[codes[i]!]!;
}

function lookUp(codes: Uint8Array | Uint16Array, values: Float32Array): Float32Array {
  const entries = new Float32Array(codes.length);
  copyLookedUp(codes, values, entries);
  return entries;
}

/** BF16 is the upper half of an F32: moving bits, not numbers, keeps the payload of a NaN too. */
function copyBfloat16(codes: Uint16Array, into: Float32Array): void {
  const bits = new Int32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < codes.length; i++) bits[i] = codes[i]! << 16;
}

function widenBfloat16(codes: Uint16Array): Float32Array {
  const entries = new Float32Array(codes.length);
  copyBfloat16(codes, entries);
  return entries;
}

/** Whole words of an aligned buffer of this machine's byte order. */
interface Words {
  readonly buffer: ArrayBufferLike;
  readonly offset: number;
  readonly count: number;
}

const decoders: Readonly<Record<PlainDtype, (words: Words) => Decoded>> = {
  F64: (w) => new Float64Array(w.buffer, w.offset, w.count),
  F32: (w) => new Float32Array(w.buffer, w.offset, w.count),
  F16: (w) => lookUp(new Uint16Array(w.buffer, w.offset, w.count), table("F16")),
  BF16: (w) => widenBfloat16(new Uint16Array(w.buffer, w.offset, w.count)),
  F8_E4M3: (w) => lookUp(new Uint8Array(w.buffer, w.offset, w.count), table("F8_E4M3")),
  F8_E5M2: (w) => lookUp(new Uint8Array(w.buffer, w.offset, w.count), table("F8_E5M2")),
  I64: (w) => Float64Array.from(new BigInt64Array(w.buffer, w.offset, w.count), Number),
  U64: (w) => Float64Array.from(new BigUint64Array(w.buffer, w.offset, w.count), Number),
  I32: (w) => new Float64Array(new Int32Array(w.buffer, w.offset, w.count)),
  U32: (w) => new Float64Array(new Uint32Array(w.buffer, w.offset, w.count)),
  I16: (w) => new Float32Array(new Int16Array(w.buffer, w.offset, w.count)),
  U16: (w) => new Float32Array(new Uint16Array(w.buffer, w.offset, w.count)),
  I8: (w) => new Float32Array(new Int8Array(w.buffer, w.offset, w.count)),
  U8: (w) => new Float32Array(new Uint8Array(w.buffer, w.offset, w.count)),
  BOOL: (w) => Float32Array.from(new Uint8Array(w.buffer, w.offset, w.count), (byte) => (byte === 0 ? 0 : 1)),
};

/** Entries of the small formats, written where they are wanted: no array is made for them. */
const writers: Partial<Readonly<Record<PlainDtype, (words: Words, into: Float32Array) => void>>> = {
  F16: (w, into) => copyLookedUp(new Uint16Array(w.buffer, w.offset, w.count), table("F16"), into),
  BF16: (w, into) => copyBfloat16(new Uint16Array(w.buffer, w.offset, w.count), into),
  F8_E4M3: (w, into) => copyLookedUp(new Uint8Array(w.buffer, w.offset, w.count), table("F8_E4M3"), into),
  F8_E5M2: (w, into) => copyLookedUp(new Uint8Array(w.buffer, w.offset, w.count), table("F8_E5M2"), into),
};

const hostIsBigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** The same words with their bytes reversed when file and machine differ in byte order. */
export function inByteOrder(bytes: Uint8Array, width: number, bigEndian: boolean): Uint8Array {
  if (width === 1 || bigEndian === hostIsBigEndian) return bytes;
  const swapped = new Uint8Array(bytes.length);
  for (let word = 0; word < bytes.length; word += width) {
    for (let i = 0; i < width; i++) swapped[word + i] = bytes[word + width - 1 - i]!;
  }
  return swapped;
}

/**
 * Entries of a tensor from their stored bytes.
 *
 * @param bytes - whole entries, at any alignment; the result may share their memory when they are
 *   already what is wanted, so give bytes that nobody else uses.
 * @param dtype - how they are stored.
 * @param bigEndian - byte order of the file: big-endian .npy files exist.
 * @returns Float64Array for F64 and integers of 32 bits and more, Float32Array otherwise.
 * @source safetensors README, "Format"; NEP 1 (npy).
 */
export function decodeEntries(bytes: Uint8Array, dtype: PlainDtype, bigEndian = false): Decoded {
  return decoders[dtype](wordsOf(bytes, dtype, bigEndian));
}

/**
 * The same into an array that is there already, of as many entries, float64 where {@link decodeEntries} gives it.
 *
 * @param bytes - whole entries, which `into` does not share.
 */
export function decodeInto(bytes: Uint8Array, dtype: PlainDtype, bigEndian: boolean, into: Decoded): void {
  const words = wordsOf(bytes, dtype, bigEndian);
  const write = writers[dtype];
  if (write && into instanceof Float32Array) write(words, into);
  else into.set(decoders[dtype](words));
}

function wordsOf(bytes: Uint8Array, dtype: PlainDtype, bigEndian: boolean): Words {
  const width = bytesPerEntry[dtype];
  const ordered = inByteOrder(bytes, width, bigEndian);
  // A typed array over words that are not aligned throws: those are moved to the start of a buffer.
  const aligned = ordered.byteOffset % width === 0 ? ordered : ordered.slice();
  return { buffer: aligned.buffer, offset: aligned.byteOffset, count: aligned.byteLength / width };
}
