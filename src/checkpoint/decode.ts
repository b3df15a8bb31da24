import {
  type SmallFloatDecoder,
  type SmallFloatName,
  smallFloatDecoder,
} from "../kernels/decoding-kernels.ts";
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

const tables = new Map<SmallFloatName, Float32Array>();

/** How small floats are decoded where there is no WebAssembly: one look-up each. */
function lookUp(
  format: Exclude<SmallFloatName, "BF16">,
  codes: Uint8Array | Uint16Array,
  into: Float32Array,
) {
  const values = tables.get(format) ?? smallFloatTable(format);
  tables.set(format, values);
  for (let i = 0; i < codes.length; i++) into[i] = values[codes[i]!]!;
}

/** BF16 is the upper half of an F32: moving bits, not numbers, keeps the payload of a NaN too. */
function moveUp(codes: Uint16Array, into: Float32Array): void {
  const bits = new Int32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < codes.length; i++) bits[i] = codes[i]! << 16;
}

/** Whole words of an aligned buffer of this machine's byte order. */
interface Words {
  readonly buffer: ArrayBufferLike;
  readonly offset: number;
  readonly count: number;
}

const decoders: Readonly<Record<Exclude<PlainDtype, SmallFloatName>, (words: Words) => Decoded>> = {
  F64: (w) => new Float64Array(w.buffer, w.offset, w.count),
  F32: (w) => new Float32Array(w.buffer, w.offset, w.count),
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

const slowly: Readonly<Record<SmallFloatName, (words: Words, into: Float32Array) => void>> = {
  BF16: (w, into) => moveUp(new Uint16Array(w.buffer, w.offset, w.count), into),
  F16: (w, into) => lookUp("F16", new Uint16Array(w.buffer, w.offset, w.count), into),
  F8_E4M3: (w, into) => lookUp("F8_E4M3", new Uint8Array(w.buffer, w.offset, w.count), into),
  F8_E5M2: (w, into) => lookUp("F8_E5M2", new Uint8Array(w.buffer, w.offset, w.count), into),
};

/** Whether entries are floats of 8 or 16 bits. */
export function isSmallFloat(dtype: PlainDtype): dtype is SmallFloatName {
  return Object.hasOwn(slowly, dtype);
}

const hostIsBigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** Whether stored bytes are an array of this kind, as they are: nothing is left to decode. */
export function isStoredAs(into: Decoded, dtype: PlainDtype, bigEndian: boolean): boolean {
  return bigEndian === hostIsBigEndian && dtype === (into instanceof Float32Array ? "F32" : "F64");
}

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
  if (!isSmallFloat(dtype)) return decoders[dtype](wordsOf(bytes, dtype, bigEndian));
  const entries = new Float32Array(bytes.length / bytesPerEntry[dtype]);
  decodeInto(bytes, dtype, bigEndian, entries);
  return entries;
}

let shared: SmallFloatDecoder | null | undefined;

/**
 * The same into an array that is there already, of as many entries, float64 where {@link decodeEntries} gives it.
 *
 * @param bytes - whole entries, which `into` does not share.
 * @param decoder - the one that the bytes lie in, if they do in any.
 */
export function decodeInto(
  bytes: Uint8Array,
  dtype: PlainDtype,
  bigEndian: boolean,
  into: Decoded,
  decoder: SmallFloatDecoder | null = null,
): void {
  if (!isSmallFloat(dtype) || !(into instanceof Float32Array)) {
    into.set(decodeEntries(bytes, dtype, bigEndian));
    return;
  }
  if (!decoder && shared === undefined) shared = smallFloatDecoder(0);
  const fast = decoder ?? shared;
  if (fast) fast.decode(dtype, inByteOrder(bytes, bytesPerEntry[dtype], bigEndian), into);
  else slowly[dtype](wordsOf(bytes, dtype, bigEndian), into);
}

function wordsOf(bytes: Uint8Array, dtype: PlainDtype, bigEndian: boolean): Words {
  const width = bytesPerEntry[dtype];
  const ordered = inByteOrder(bytes, width, bigEndian);
  // A typed array over words that are not aligned throws: those are moved to the start of a buffer.
  const aligned = ordered.byteOffset % width === 0 ? ordered : ordered.slice();
  return { buffer: aligned.buffer, offset: aligned.byteOffset, count: aligned.byteLength / width };
}
