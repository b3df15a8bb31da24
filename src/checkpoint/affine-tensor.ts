import { censusOf } from "../linalg/entry-census.ts";
import { roundingErrorRms } from "../linalg/float-formats.ts";
import type { PlainDtype, Tensor } from "./tensor.ts";

/** How quantised entries are undone: x = scale q + min. */
export interface AffineCode {
  /** The step of the quantisation. */
  readonly scale: number;
  readonly min: number;
}

/**
 * A tensor whose entries are whole numbers q that stand for scale q + min, in float64 and then rounded to float32.
 *
 * @param codes - q, unsigned.
 * @param dtype - F32, or an integer one, for which the result is rounded to whole numbers.
 * @returns the tensor; its rounding error is scale / sqrt 12, that of a uniform error over one step.
 * @source TensorFlow.js, tfjs-core/src/io/io_utils.ts, decodeWeights.
 */
export function affineTensor(codes: Tensor, dtype: PlainDtype, { scale, min }: AffineCode): Tensor {
  const isWhole = dtype !== "F32";
  return {
    ...described(codes, dtype),
    async read(start, end) {
      const q = await codes.read(start, end);
      const entries = isWhole ? new Float64Array(q.length) : new Float32Array(q.length);
      for (let i = 0; i < q.length; i++) {
        const value = q[i]! * scale + min;
        entries[i] = isWhole ? Math.round(value) : value;
      }
      return entries;
    },
    roundingError: async () => Math.abs(scale) / Math.sqrt(12),
  };
}

/** A tensor of float32 whose entries were rounded to float16 when it was saved. */
export function halvedTensor(halves: Tensor): Tensor {
  return {
    ...described(halves, "F32"),
    read: (start, end) => halves.read(start, end),
    roundingError: async () => roundingErrorRms(censusOf(await halves.read()), "F16"),
  };
}

function described(
  { name, shape, sizeBytes, file, storage }: Tensor,
  dtype: PlainDtype,
): Omit<Tensor, "read"> {
  return { name, dtype, shape, sizeBytes, file, storage };
}
