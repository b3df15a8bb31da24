import { requireMemory } from "../memory-limit.ts";
import { type Dtype, entryCount, type Tensor } from "../tensor.ts";

/** Entries of 4 bits, two a byte, the first in its low half. */
export interface StoredNibbles {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly file: string;
  /** The file and the tensor, for messages. */
  readonly where: string;
  /** What each of the 16 codes stands for. */
  readonly values: readonly number[];
  /** Bytes `start` to `end` of the entries. */
  bytes(start: number, end: number): Promise<ArrayLike<number>>;
}

/**
 * A tensor of numbers of 4 bits, whole or floating-point.
 *
 * @source onnx/onnx.proto, TensorProto, comments of int32_data and raw_data.
 */
export function nibbleTensor({ name, dtype, shape, file, where, values, bytes }: StoredNibbles): Tensor {
  const count = entryCount(shape);
  const read = async (start = 0, end = count): Promise<Float32Array> => {
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
    await requireMemory(where, end - start, "F32");
    const first = Math.floor(start / 2);
    const pairs = await bytes(first, Math.ceil(end / 2));
    return Float32Array.from({ length: end - start }, (_, i) => {
      const code = (pairs[Math.floor((start + i) / 2) - first]! >> ((start + i) % 2 ? 4 : 0)) & 15;
      return values[code]!;
    });
  };
  return {
    ...{ name, dtype, shape, file, sizeBytes: Math.ceil(count / 2), storage: null, read },
    async roundingError() {
      let sum = 0;
      for (const entry of await read()) sum += entry === 0 ? 0 : spacing(values, entry) ** 2;
      return count === 0 ? 0 : Math.sqrt(sum / count / 12);
    },
  };
}

/** From a value, not 0, to the next one towards zero. */
function spacing(values: readonly number[], entry: number): number {
  const size = Math.abs(entry);
  return size - Math.max(...values.map(Math.abs).filter((value) => value < size));
}
