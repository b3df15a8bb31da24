import type { Contraction } from "../../src/kernels/contraction.ts";

/** A tensor with its shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/**
 * The sum over all letters that the result lacks, entry by entry in float64: what contractions are held against.
 *
 * @returns its entries, the sums of the products' magnitudes, that rounding errors grow with, and the terms of a sum.
 */
export function einsteinSum(
  { a, b, out }: Contraction,
  left: Tensor,
  right: Tensor,
): { values: Float64Array; magnitudes: Float64Array; terms: number } {
  const sizes = new Map<string, number>();
  for (const [i, letter] of Array.from(a).entries()) sizes.set(letter, left.shape[i]!);
  for (const [i, letter] of Array.from(b).entries()) sizes.set(letter, right.shape[i]!);
  const letters = [...new Set(out + a + b)];
  const strides = [a, b, out].map((each) =>
    letters.map((letter) => {
      const place = each.indexOf(letter);
      return place < 0 ? 0 : productOf(Array.from(each.slice(place + 1), (inner) => sizes.get(inner)!));
    }),
  );
  const count = productOf(Array.from(out, (letter) => sizes.get(letter)!));
  const values = new Float64Array(count);
  const magnitudes = new Float64Array(count);
  const visit = (depth: number, inA: number, inB: number, inOut: number): void => {
    if (depth === letters.length) {
      const term = left.data[inA]! * right.data[inB]!;
      values[inOut]! += term;
      magnitudes[inOut]! += Math.abs(term);
      return;
    }
    const size = sizes.get(letters[depth]!)!;
    const [stepA, stepB, stepOut] = strides.map((each) => each[depth]!) as [number, number, number];
    for (let i = 0; i < size; i++) visit(depth + 1, inA + i * stepA, inB + i * stepB, inOut + i * stepOut);
  };
  visit(0, 0, 0, 0);
  return { values, magnitudes, terms: productOf([...sizes.values()]) / count };
}

export function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
