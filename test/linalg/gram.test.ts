import { Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { gram } from "../../src/linalg/gram.ts";
import { randomStream } from "../../src/linalg/random.ts";

test("the Gram matrix is W'W or WW', whichever is smaller", () => {
  for (const [rows, columns] of [
    [1, 1],
    [1, 9],
    [9, 1],
    [4, 4],
    [5, 7],
    [130, 17],
    [17, 300],
    [129, 66],
  ] as const) {
    const stream = randomStream(1, ["gram", rows, columns]);
    const data = Float32Array.from({ length: rows * columns }, () => stream.normal());
    const w = Matrix.from1DArray(rows, columns, Array.from(data));
    const expected = rows >= columns ? w.transpose().mmul(w) : w.mmul(w.transpose());
    const n = Math.min(rows, columns);
    const result = gram({ rows, columns, data }, 1);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        // Products of float32 are exact in float64: what is left is the rounding of the sums.
        const bound =
          Number.EPSILON * Math.max(rows, columns) * Math.sqrt(expected.get(i, i) * expected.get(j, j));
        expect(Math.abs(result[i * n + j]! - expected.get(i, j))).toBeLessThanOrEqual(bound);
      }
    }
  }
});

test("a matrix and its transpose have the same Gram matrix to the bit", () => {
  const [rows, columns] = [57, 290];
  const stream = randomStream(2, ["transpose"]);
  const data = Float64Array.from({ length: rows * columns }, () => stream.normal());
  const transposed = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) transposed[j * rows + i] = data[i * columns + j]!;
  expect(gram({ rows, columns, data }, 0.5)).toEqual(
    gram({ rows: columns, columns: rows, data: transposed }, 0.5),
  );
});
