import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { bytesPerEntry, decodeEntries } from "./decode.ts";
import { requireMemory } from "./memory-limit.ts";
import { entryCount, type PlainDtype, type Tensor } from "./tensor.ts";

/** A run of bytes of a file. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Where the entries of a tensor lie that are packed as numbers of variable length. */
export interface StoredVarints {
  readonly name: string;
  readonly dtype: PlainDtype;
  readonly shape: readonly number[];
  readonly file: string;
  /** Whole numbers each. */
  readonly pieces: readonly Piece[];
}

/** Bytes that are read at once, about. */
const STRETCH_BYTES = 1 << 20;

/**
 * A tensor whose entries are varints, each the entry's bits: where one begins is only known from those before it, so
 * that all are read for any.
 *
 * @source Protocol Buffers documentation, "Encoding".
 */
export function varintTensor(source: ByteSource, stored: StoredVarints): Tensor {
  const { name, dtype, shape, file, pieces } = stored;
  const width = bytesPerEntry[dtype];
  const count = entryCount(shape);
  const where = `${source.label}: tensor ${JSON.stringify(name)}`;
  const readBytes = async (start: number, end: number): Promise<Uint8Array> => {
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
    await requireMemory(where, end - start, dtype);
    const bytes = new Uint8Array((end - start) * width);
    const found = await decodeVarints(source, pieces, width, start, bytes);
    if (found === count) return bytes;
    throw new CheckpointFormatError(
      `${where}: expected ${count} packed numbers, got ${found}. ` +
        "The file is damaged: download or save it again.",
    );
  };
  return {
    ...{ name, dtype, shape, file, sizeBytes: count * width, storage: null, readWhole: true, readBytes },
    read: async (start = 0, end = count) => decodeEntries(await readBytes(start, end), dtype),
  };
}

/** Writes the low `width` bytes of the numbers from `first` on, as many as there is room for; counts all. */
async function decodeVarints(
  source: ByteSource,
  pieces: readonly Piece[],
  width: number,
  first: number,
  into: Uint8Array,
): Promise<number> {
  let index = 0;
  for (const { start, end } of pieces) {
    let [at, shift] = [(index - first) * width, 0];
    for (let from = start; from < end; from += STRETCH_BYTES) {
      for (const byte of await source.read(from, Math.min(STRETCH_BYTES, end - from))) {
        // Seven bits go to one byte of the entry, or to two.
        const [place, bit] = [shift >> 3, shift & 7];
        const inside = at >= 0 && at < into.length;
        if (inside && place < width) into[at + place]! |= (byte & 127) << bit;
        if (inside && place + 1 < width) into[at + place + 1]! |= (byte & 127) >> (8 - bit);
        shift += 7;
        if (byte >= 128) continue;
        index++;
        at += width;
        shift = 0;
      }
    }
  }
  return index;
}
