import { UsageError } from "../errors.ts";

/**
 * A dense real matrix, row-major: entry `(i, j)` is `data[i * columns + j]`.
 *
 * The plain shape in which every function of this package takes a matrix. `data` has exactly
 * `rows * columns` entries and is never modified.
 */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}

/** What functions that take a matrix accept: a {@link Matrix}, or a `Matrix` of ml-matrix. */
export type MatrixLike = Matrix | import("ml-matrix").AbstractMatrix;

/**
 * A {@link Matrix} from anything matrix-like; a plain one is returned as it is, without a copy.
 *
 * @param matrix - plain `{ rows, columns, data }`, or ml-matrix's `Matrix`, of any shape.
 * @returns the same entries, row-major.
 * @throws {UsageError} If rows, columns and the length of data do not agree.
 * @example
 * ```ts
 * import { asMatrix } from "marchenko";
 * import { Matrix } from "ml-matrix";
 * asMatrix(new Matrix([[1, 2], [3, 4]])).data; // Float64Array [1, 2, 3, 4]
 * ```
 */
export function asMatrix(matrix: MatrixLike): Matrix {
  if ("to1DArray" in matrix && typeof matrix.to1DArray === "function") {
    return { rows: matrix.rows, columns: matrix.columns, data: Float64Array.from(matrix.to1DArray()) };
  }
  const plain = matrix as Matrix;
  const isTyped = plain.data instanceof Float32Array || plain.data instanceof Float64Array;
  if (!isTyped || plain.data.length !== plain.rows * plain.columns) {
    throw new UsageError(
      `a matrix needs a Float32Array or Float64Array of rows * columns = ${plain.rows * plain.columns} entries, ` +
        `got ${plain.data?.constructor?.name ?? typeof plain.data} of ${plain.data?.length ?? 0}`,
    );
  }
  return plain;
}
