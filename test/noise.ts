import type { Matrix } from "../src/linalg/matrix.ts";
import { randomStream } from "../src/linalg/random.ts";
import { thinSvd } from "../src/spectrum/singular-vectors.ts";

/** A matrix of independent Gaussian entries, for tests. */
export function gaussian(
  rows: number,
  columns: number,
  scale: number,
  name: string | number,
): Matrix & { data: Float64Array } {
  const stream = randomStream(99, ["gaussian", rows, columns, name]);
  return {
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, () => scale * stream.normal()),
  };
}

/** A direction of random orientation and the given strength, added to a matrix. */
export function plant<M extends Matrix>(matrix: M, strength: number, name: string | number): M {
  const { rows, columns } = matrix;
  const direction = (length: number, side: string) => {
    const stream = randomStream(98, ["direction", length, side, name]);
    const vector = Float64Array.from({ length }, () => stream.normal());
    const norm = Math.hypot(...vector);
    return vector.map((entry) => entry / norm);
  };
  const left = direction(rows, "left");
  const right = direction(columns, "right");
  const data = matrix.data.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j]! += strength * left[i]! * right[j]!;
  }
  return { ...matrix, data };
}

/** The same entries with rows and columns exchanged. */
export function transposed<M extends Matrix>(matrix: M): M {
  const { rows, columns, data } = matrix;
  const result = data.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  return { ...matrix, rows: columns, columns: rows, data: result };
}

/** A matrix whose eigenvalues are independent draws of Pareto's law, p(x) ~ x^-alpha from 1 on. */
export function paretoMatrix(rows: number, columns: number, alpha: number, name: string): Matrix {
  const smaller = Math.min(rows, columns);
  const { uniform } = randomStream(11, ["pareto", rows, columns, alpha, name]);
  const { left, right } = thinSvd(gaussian(rows, columns, 1, `pareto ${name}`));
  const values = Float64Array.from({ length: smaller }, () => (1 - uniform()) ** (-1 / (alpha - 1)));
  const data = new Float64Array(rows * columns);
  for (let k = 0; k < smaller; k++) {
    const value = Math.sqrt(values[k]! * Math.max(rows, columns));
    for (let i = 0; i < rows; i++) {
      const factor = value * left[i * smaller + k]!;
      for (let j = 0; j < columns; j++) data[i * columns + j]! += factor * right[j * smaller + k]!;
    }
  }
  return { rows, columns, data };
}

/** Entries as bfloat16 keeps them, their last digits cut off. */
export function asBF16(entries: ArrayLike<number>): Float32Array {
  const cut = Float32Array.from(entries);
  const words = new Uint32Array(cut.buffer);
  for (let i = 0; i < words.length; i++) words[i]! &= 0xffff0000;
  return cut;
}
