import { affineTensor, onePlace, placesAlong, placesInBlocks, type StepPlaces } from "../affine-tensor.ts";
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
 * Whole numbers that a DequantizeLinear node turns into weights, given as these: with a scale of the whole tensor, of
 * the entry's index along an axis, or of its block along it.
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
  const places = placesOf(shape, scales.shape, axis, blockSize);
  if (!places || (zeroPoints && String(zeroPoints.shape) !== String(scales.shape))) return null;
  return affineTensor(codes, {
    dtype: `Q${codes.dtype}`,
    places,
    steps: async () => ({ scales: await scales.read(), zeroPoints: (await zeroPoints?.read()) ?? null }),
  });
}

/** Where an entry's scale is; null where the scales are of another shape. */
function placesOf(
  shape: readonly number[],
  scaleShape: readonly number[],
  axis: number,
  blockSize: number,
): StepPlaces | null {
  if (entryCount(scaleShape) === 1 && blockSize === 0) return onePlace;
  if (axis < 0 || axis >= shape.length) return null;
  if (blockSize === 0) {
    return scaleShape.length === 1 && scaleShape[0] === shape[axis] ? placesAlong(shape, axis) : null;
  }
  if (!(blockSize > 0)) return null;
  const expected = shape.map((each, i) => (i === axis ? Math.ceil(each / blockSize) : each));
  return String(expected) === String(scaleShape) ? placesInBlocks(shape, axis, blockSize) : null;
}
