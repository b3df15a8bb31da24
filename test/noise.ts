import type { Matrix } from "../src/linalg/matrix.ts";
import { randomStream } from "../src/linalg/random.ts";

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
