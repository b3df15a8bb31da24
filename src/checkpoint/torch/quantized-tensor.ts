import type { Dtype, Tensor } from "../tensor.ts";
import { entryCount } from "../tensor.ts";

/** One scale and zero point for each index of an axis; of axis null, one for all. */
export interface Scales {
  readonly axis: number | null;
  /** Read when they are wanted first. */
  read(): Promise<{ readonly scales: ArrayLike<number>; readonly zeroPoints: ArrayLike<number> }>;
}

/**
 * A quantised tensor, dequantised when it is read:
 *
 *     w = s_c (q - z_c)
 *
 * with the scale s_c and the zero point z_c of the entry's channel c. Its rounding error is that of the
 * quantisation, sqrt(mean s_c^2 / 12).
 *
 * @param codes - the whole numbers q.
 * @param dtype - what the quantised type is called.
 * @source PyTorch documentation, "Quantization", Quantized Tensors.
 */
export function quantizedTensor(codes: Tensor, dtype: Dtype, scales: Scales): Tensor {
  const { axis } = scales;
  const channels = axis === null ? 1 : codes.shape[axis]!;
  const run = axis === null ? 1 : entryCount(codes.shape.slice(axis + 1));
  return {
    name: codes.name,
    dtype,
    shape: codes.shape,
    sizeBytes: codes.sizeBytes,
    file: codes.file,
    storage: codes.storage === null ? null : `${codes.storage} quantised`,
    ...(codes.readWhole && { readWhole: true }),
    async read(start = 0, end = entryCount(codes.shape)) {
      const numbers = await codes.read(start, end);
      const { scales: s, zeroPoints } = await scales.read();
      const entries = new Float32Array(numbers.length);
      for (let i = 0; i < entries.length; i++) {
        const channel = axis === null ? 0 : Math.floor((start + i) / run) % channels;
        entries[i] = s[channel]! * Math.fround(numbers[i]! - zeroPoints[channel]!);
      }
      return entries;
    },
    async roundingError() {
      const { scales: s } = await scales.read();
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += s[channel]! ** 2;
      return Math.sqrt(sum / Math.max(channels, 1) / 12);
    },
  };
}
