import type { Matrix } from "./matrix.ts";

/** Mean squares of the rows and of the columns of a matrix: its variance profile, where entries have mean 0. */
export interface MeanSquares {
  /** Length rows, in the unit of the matrix squared. */
  readonly rows: Float64Array;
  /** Length columns. */
  readonly columns: Float64Array;
}

/** Adds the squares of whole rows to sums that began with zeros; rows are in their order. */
export function addSquares(sums: MeanSquares, firstRow: number, block: Float32Array | Float64Array): void {
  const { rows, columns } = sums;
  const width = columns.length;
  for (let start = 0, i = firstRow; start < block.length; start += width, i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) {
      const square = block[start + j]! * block[start + j]!;
      sum += square;
      columns[j]! += square;
    }
    rows[i]! += sum;
  }
}

/** Sums of squares made means. */
export function meansOf({ rows, columns }: MeanSquares): MeanSquares {
  return { rows: rows.map((sum) => sum / columns.length), columns: columns.map((sum) => sum / rows.length) };
}

/**
 * Mean squares of rows and columns.
 *
 *     a_i = (1/columns) sum_j W_ij^2,  b_j = (1/rows) sum_i W_ij^2
 *
 * @param matrix - W; squares of its entries must be in the range of float64.
 */
export function meanSquares({ rows, columns, data }: Matrix): MeanSquares {
  const sums = { rows: new Float64Array(rows), columns: new Float64Array(columns) };
  addSquares(sums, 0, data);
  return meansOf(sums);
}
