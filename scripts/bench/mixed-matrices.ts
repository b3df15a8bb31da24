import type { Matrix } from "../../src/index.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Columns that are mixed with each other: a power of two. */
const mixed = 256;

/**
 * Matrices as the fits find them: of four, two are pure noise, one has planted directions, and one a Pareto tail.
 *
 * @param shapes - rows and columns of each. @param seed - of all of them.
 */
export function mixedMatrices(shapes: readonly (readonly [number, number])[], seed: number): Matrix[] {
  return shapes.map(([rows, columns], index) => {
    const { normal, uniform } = randomStream(seed, ["mixed", index]);
    const data = Float32Array.from({ length: rows * columns }, () => 0.02 * normal());
    if (index % 4 === 2) plant(data, rows, columns, normal);
    if (index % 4 === 3) {
      const scales = Float64Array.from({ length: columns }, () => (1 - uniform()) ** -0.5);
      for (let k = 0; k < data.length; k++) data[k]! *= scales[k % columns]!;
      for (let i = 0; i < rows; i++) mixRow(data.subarray(i * columns, (i + 1) * columns));
    }
    return { rows, columns, data };
  });
}

/** Directions of 4, 2 and 1.2 times the least strength that leaves the noise. */
function plant(data: Float32Array, rows: number, columns: number, normal: () => number): void {
  for (const strength of [4, 2, 1.2]) {
    const left = Float64Array.from({ length: rows }, () => normal() / Math.sqrt(rows));
    const right = Float64Array.from({ length: columns }, () => normal() / Math.sqrt(columns));
    const size = 0.02 * strength * (rows * columns) ** 0.25;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) data[i * columns + j]! += size * left[i]! * right[j]!;
    }
  }
}

/** Walsh-Hadamard transforms of the blocks of a row: its length stays, and no column keeps a variance of its own. */
function mixRow(row: Float32Array): void {
  const scale = 1 / Math.sqrt(mixed);
  for (let start = 0; start + mixed <= row.length; start += mixed) {
    for (let half = 1; half < mixed; half *= 2) {
      for (let i = start; i < start + mixed; i += 2 * half) {
        for (let j = i; j < i + half; j++) {
          const [a, b] = [row[j]!, row[j + half]!];
          row[j] = a + b;
          row[j + half] = a - b;
        }
      }
    }
    for (let j = start; j < start + mixed; j++) row[j]! *= scale;
  }
}
