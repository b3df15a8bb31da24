import { CheckpointFormatError } from "../errors.ts";
import { bytesPerEntry, isPlain } from "./decode.ts";
import { EXPANDED_BYTES, SPARSE_RATIO } from "./limits.ts";
import { bytesInMemory, readableBytes, requireMemory } from "./memory-limit.ts";
import { entryCount, type Tensor } from "./tensor.ts";

/** A tensor of which some entries are stored, and where each belongs; the others are zero. */
export interface ScatteredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The file and the tensor, for messages. */
  readonly where: string;
  readonly values: Tensor;
  /** Tensors of whole numbers that tell places. */
  readonly indices: readonly Tensor[];
  /** Gives the number of a stored value, and the entry that it is added to, for each value. */
  readonly scatter: Scatter;
}

/** Calls `add` with the entry that each value belongs to, counted row-major from 0, and the value's number. */
export type Scatter = (
  indices: readonly ArrayLike<number>[],
  add: (entry: number, value: number) => void,
) => void;

/**
 * Fills up a sparse tensor with zeros when it is read. Values of one place are summed, as in PyTorch.
 *
 * @returns the tensor, of the dtype of its values.
 */
export function scatteredTensor({ name, shape, where, values, indices, scatter }: ScatteredTensor): Tensor {
  const count = entryCount(shape);
  return {
    ...{ name, dtype: values.dtype, shape, file: values.file, storage: null, readWhole: true },
    sizeBytes: isPlain(values.dtype) ? count * bytesPerEntry[values.dtype] : values.sizeBytes,
    async read(start = 0, end = count) {
      await requireMemory(where, count, values.dtype);
      const stored = await values.read();
      const places: ArrayLike<number>[] = [];
      for (const each of indices) places.push(await each.read());
      const entries = stored instanceof Float64Array ? new Float64Array(count) : new Float32Array(count);
      scatter(places, (entry, value) => {
        if (!(entry >= 0 && entry < count && value >= 0 && value < stored.length)) {
          throw new CheckpointFormatError(
            `${where}: expected places of its entries within [${shape}], got one outside. ` +
              "The file is damaged: download or save it again.",
          );
        }
        entries[entry]! += stored[value]!;
      });
      return start === 0 && end === count ? entries : entries.slice(start, end);
    },
  };
}

/** Why a sparse tensor is listed only: a few bytes can claim any shape. Null where it can be filled up. */
export function tooSparse(shape: readonly number[], values: Tensor): string | null {
  const bytes = bytesInMemory(entryCount(shape), values.dtype);
  const stored = bytesInMemory(entryCount(values.shape), values.dtype);
  if (bytes <= Math.max(EXPANDED_BYTES, stored * SPARSE_RATIO)) return null;
  return `A sparse tensor of ${readableBytes(bytes)} with zeros, of which ${readableBytes(stored)} are stored.`;
}

/**
 * Places that each have their coordinates: the first axes of the tensor have them, a value is a block of the others.
 *
 * @param shape - of the tensor.
 * @param axes - how many of its axes have coordinates.
 * @param blocks - how many places there are.
 * @param coordinate - reads the place `block`'s index along `axis` from the one tensor of indices.
 * @source PyTorch documentation, torch.sparse, "Sparse COO tensors"; "Hybrid sparse COO tensors".
 */
export function coordinates(
  shape: readonly number[],
  axes: number,
  blocks: number,
  coordinate: (indices: ArrayLike<number>, block: number, axis: number) => number,
): Scatter {
  const inner = entryCount(shape.slice(axes));
  return ([indices], add) => {
    if (inner === 0) return;
    for (let block = 0; block < blocks; block++) {
      let place = 0;
      for (let axis = 0; axis < axes; axis++) {
        const index = coordinate(indices!, block, axis);
        // One that is too large would be another place along the axis before.
        place = index >= 0 && index < shape[axis]! ? place * shape[axis]! + index : Number.NaN;
      }
      for (let i = 0; i < inner; i++) add(place * inner + i, block * inner + i);
    }
  };
}
