import type { ByteSource } from "../byte-source.ts";
import { requireMemory } from "../memory-limit.ts";
import { type Dtype, entryCount, type Tensor } from "../tensor.ts";

/** Where whole numbers of 4 bits lie, two a byte, the first in its low half. */
export interface StoredNibbles {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly file: string;
  /** From -8 to 7; else from 0 to 15. */
  readonly isSigned: boolean;
}

/**
 * A tensor of whole numbers of 4 bits.
 *
 * @source onnx/docs, "Int4 types", Storage.
 */
export function nibbleTensor(source: ByteSource, stored: StoredNibbles): Tensor {
  const { name, dtype, shape, offset, file, isSigned } = stored;
  const count = entryCount(shape);
  return {
    ...{ name, dtype, shape, file, sizeBytes: Math.ceil(count / 2), storage: null },
    async read(start = 0, end = count) {
      if (!(0 <= start && start <= end && end <= count)) {
        throw new RangeError(`${name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
      }
      await requireMemory(`${source.label}: tensor ${JSON.stringify(name)}`, end - start, "F32");
      const first = Math.floor(start / 2);
      const bytes = await source.read(offset + first, Math.ceil(end / 2) - first);
      return Float32Array.from({ length: end - start }, (_, i) => {
        const code = (bytes[Math.floor((start + i) / 2) - first]! >> ((start + i) % 2 ? 4 : 0)) & 15;
        return isSigned && code > 7 ? code - 16 : code;
      });
    },
  };
}
