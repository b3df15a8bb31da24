import { UnreadableInputError } from "../errors.ts";
import { bytesPerEntry, isPlain } from "./decode.ts";
import { encodeEntries, isWritable } from "./encode.ts";
import { entryCount, type Tensor } from "./tensor.ts";

/** Bytes that are read at once, about. */
const STRETCH_BYTES = 1 << 24;

/**
 * A tensor's entries as they are stored, bit for bit: row-major, little-endian, in pieces of some MB.
 *
 * NaN keeps its payload, and an integer all its bits, which decoded entries need not.
 *
 * @param first - the first entry. @param last - the one after the last; all entries by default.
 * @throws {CheckpointFormatError} If the file ends before the entries do; {UnreadableInputError} If the tensor gives
 *   decoded entries only, of a dtype that is not written.
 */
export async function* storedBytes(
  tensor: Tensor,
  first = 0,
  last = entryCount(tensor.shape),
): AsyncGenerator<Uint8Array> {
  const { name, dtype } = tensor;
  const width = isPlain(dtype) ? bytesPerEntry[dtype] : 4;
  const step = tensor.readWhole ? Math.max(last - first, 1) : STRETCH_BYTES / width;
  for (let start = first; start < last; start += step) {
    const end = Math.min(last, start + step);
    if (tensor.readBytes) {
      yield await tensor.readBytes(start, end);
    } else if (isWritable(dtype)) {
      yield encodeEntries(await tensor.read(start, end), dtype);
    } else {
      throw new UnreadableInputError(
        `tensor ${JSON.stringify(name)} can't be copied: its source gives no bytes of ${dtype}, only numbers`,
      );
    }
  }
}
