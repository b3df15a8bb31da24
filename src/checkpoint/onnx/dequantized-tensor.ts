import { entryCount, type Tensor } from "../tensor.ts";
import type { Dequantizer } from "./graph.ts";

/** Whole numbers, and the tensors that say what they stand for. */
export interface Quantized {
  readonly codes: Tensor;
  readonly scales: Tensor;
  /** Null where it is 0. */
  readonly zeroPoints: Tensor | null;
}

/**
 * Whole numbers that a DequantizeLinear node turns into weights, given as these:
 *
 *     w = (q - z) s,  s and z of the whole tensor, of the entry's index along an axis, or of its block along it
 *
 * @returns the weights by the name of the codes, of dtype "Q" and theirs; null where scales do not fit the codes.
 * @source onnx/docs/Operators.md, DequantizeLinear.
 */
export function dequantizedTensor(
  { codes, scales, zeroPoints }: Quantized,
  { axis: stated, blockSize }: Pick<Dequantizer, "axis" | "blockSize">,
): Tensor | null {
  const { shape } = codes;
  const axis = stated < 0 ? stated + shape.length : stated;
  const placeOf = placesOf(shape, scales.shape, axis, blockSize);
  if (!placeOf || (zeroPoints && String(zeroPoints.shape) !== String(scales.shape))) return null;
  const count = entryCount(shape);
  return {
    ...{ name: codes.name, dtype: `Q${codes.dtype}`, shape, sizeBytes: codes.sizeBytes, file: codes.file },
    ...{ storage: null, ...(codes.readWhole && { readWhole: true }) },
    async read(start = 0, end = count) {
      const entries = Float32Array.from(await codes.read(start, end));
      const steps = await scales.read();
      const zeros = await zeroPoints?.read();
      for (let i = 0; i < entries.length; i++) {
        const place = placeOf(start + i);
        entries[i] = (entries[i]! - (zeros?.[place] ?? 0)) * steps[place]!;
      }
      return entries;
    },
    // As many entries have each scale, but for a last block that is shorter.
    async roundingError() {
      const steps = await scales.read();
      let sum = 0;
      for (let i = 0; i < steps.length; i++) sum += steps[i]! ** 2;
      return steps.length === 0 ? 0 : Math.sqrt(sum / steps.length / 12);
    },
  };
}

/** The index of an entry's scale from its own; null where the scales are of another shape. */
function placesOf(
  shape: readonly number[],
  scaleShape: readonly number[],
  axis: number,
  blockSize: number,
): ((index: number) => number) | null {
  const inner = entryCount(shape.slice(axis + 1));
  const extent = shape[axis] ?? 0;
  if (entryCount(scaleShape) === 1 && blockSize === 0) return () => 0;
  if (axis < 0 || axis >= shape.length) return null;
  if (blockSize === 0) {
    const fits = scaleShape.length === 1 && scaleShape[0] === extent;
    return fits ? (index) => Math.floor(index / inner) % extent : null;
  }
  const blocks = Math.ceil(extent / blockSize);
  const expected = shape.map((each, i) => (i === axis ? blocks : each));
  if (!(blockSize > 0) || String(expected) !== String(scaleShape)) return null;
  return (index) => {
    const row = Math.floor(index / inner);
    const block = Math.floor((row % extent) / blockSize);
    return (Math.floor(row / extent) * blocks + block) * inner + (index % inner);
  };
}
