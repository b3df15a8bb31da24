import type { RandomStream } from "./random.ts";

const eps = Number.EPSILON / 2;

/**
 * Makes row `index` a unit vector orthogonal to the rows before it; one that has nothing of its own is
 * replaced by a random one.
 *
 * @param rows - `[> index, length]` row-major, the first `index` rows orthonormal.
 * @returns its coefficients before: along each earlier row, and what remained, which is 0 if it was replaced.
 */
export function orthonormalize(
  rows: Float64Array,
  index: number,
  length: number,
  stream: RandomStream,
): Float64Array {
  const x = rows.subarray(index * length, (index + 1) * length);
  const coefficients = new Float64Array(index + 1);
  for (let isOriginal = true; ; isOriginal = false) {
    let largest = 0;
    for (let j = 0; j < length; j++) largest = Math.max(largest, Math.abs(x[j]!));
    if (largest > 0) for (let j = 0; j < length; j++) x[j] = x[j]! / largest;
    const before = norm(x);
    // Twice is enough (Parlett 1998, section 6.9).
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < index; i++) {
        const at = i * length;
        let dot = 0;
        for (let j = 0; j < length; j++) dot += rows[at + j]! * x[j]!;
        for (let j = 0; j < length; j++) x[j] = x[j]! - dot * rows[at + j]!;
        if (isOriginal) coefficients[i] = coefficients[i]! + dot * largest;
      }
    }
    const remains = norm(x);
    if (remains > 8 * eps * Math.sqrt(length) * before) {
      for (let j = 0; j < length; j++) x[j] = x[j]! / remains;
      if (isOriginal) coefficients[index] = remains * largest;
      return coefficients;
    }
    for (let j = 0; j < length; j++) x[j] = stream.normal();
  }
}

/** Euclidean length. */
function norm(x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += x[j]! * x[j]!;
  return Math.sqrt(sum);
}
