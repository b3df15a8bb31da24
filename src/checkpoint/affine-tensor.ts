import { type Dtype, entryCount, type Tensor } from "./tensor.ts";

/** Which of the steps an entry has. */
export interface StepPlaces {
  /** Index of the step of an entry, from its own. */
  of(index: number): number;
  /** Entries in a row that share a step, from each multiple of it on. */
  readonly run: number;
}

/** Steps, and what they count from: one each, or for all. */
export interface AffineSteps {
  readonly scales: ArrayLike<number>;
  /** Null where it is 0. */
  readonly zeroPoints?: ArrayLike<number> | null;
  readonly offset?: number;
}

/** How whole numbers stand for weights. */
export interface AffineQuantization {
  readonly dtype: Dtype;
  readonly places: StepPlaces;
  /** Read when they are wanted. */
  steps(): AffineSteps | Promise<AffineSteps>;
  /** Whether weights are whole numbers themselves, to which they are rounded. */
  readonly isWhole?: boolean;
}

/** One step for all entries. */
export const onePlace: StepPlaces = { of: () => 0, run: Number.POSITIVE_INFINITY };

/** One step for each place along an axis. */
export function placesAlong(shape: readonly number[], axis: number): StepPlaces {
  const extent = shape[axis]!;
  const run = entryCount(shape.slice(axis + 1));
  return { of: (index) => Math.floor(index / run) % extent, run };
}

/** One step for each block of so many places along an axis, the last of which may be shorter. */
export function placesInBlocks(shape: readonly number[], axis: number, blockSize: number): StepPlaces {
  const extent = shape[axis]!;
  const inner = entryCount(shape.slice(axis + 1));
  const blocks = Math.ceil(extent / blockSize);
  const of = (index: number) => {
    const row = Math.floor(index / inner);
    const block = Math.floor((row % extent) / blockSize);
    return (Math.floor(row / extent) * blocks + block) * inner + (index % inner);
  };
  return { of, run: 1 };
}

/**
 * Whole numbers given as the weights that they stand for:
 *
 *     w = s_c (q - z_c) + o
 *
 * with scale s_c and zero point z_c by the place c of the entry, of the whole tensor, along an axis or in a block, and one
 * offset o. The difference is rounded to float32, the rest done in float64, and the result float32 again.
 *
 * @param codes - q.
 * @returns the tensor; its rounding error is that of a uniform error over each entry's step, sqrt(mean s_c^2 / 12).
 * @source PyTorch documentation, "Quantization", Quantized Tensors; onnx/docs/Operators.md, DequantizeLinear;
 *   TensorFlow.js, tfjs-core/src/io/io_utils.ts, decodeWeights.
 */
export function affineTensor(codes: Tensor, { dtype, places, steps, isWhole }: AffineQuantization): Tensor {
  const { name, shape, sizeBytes, file, storage } = codes;
  const count = entryCount(shape);
  return {
    ...{ name, dtype, shape, sizeBytes, file, ...(codes.readWhole && { readWhole: true }) },
    storage: storage === null ? null : `${storage} quantised`,
    async read(start = 0, end = count) {
      const numbers = await codes.read(start, end);
      const { scales, zeroPoints, offset = 0 } = await steps();
      const entries = isWhole ? new Float64Array(numbers.length) : new Float32Array(numbers.length);
      for (let i = 0; i < entries.length; i++) {
        const place = places.of(start + i);
        const product = scales[place]! * Math.fround(numbers[i]! - (zeroPoints?.[place] ?? 0));
        // Not added where it is 0: -0 stays what it is.
        const weight = offset === 0 ? product : product + offset;
        entries[i] = isWhole ? Math.round(weight) : weight;
      }
      return entries;
    },
    async roundingError(start = 0, end = count) {
      const { scales } = await steps();
      let sum = 0;
      for (let i = start; i < end; ) {
        const next = Math.min(end, (Math.floor(i / places.run) + 1) * places.run || end);
        sum += (next - i) * scales[places.of(i)]! ** 2;
        i = next;
      }
      return end > start ? Math.sqrt(sum / (end - start) / 12) : 0;
    },
  };
}
