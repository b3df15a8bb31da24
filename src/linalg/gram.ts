import type { Matrix } from "./matrix.ts";

/** Long-side entries packed at once: 128 * 768 doubles stay in the second-level cache. */
const blockLength = 128;
/** Width of a packed panel and of the register block. */
const panel = 4;

/**
 * The Gram matrix of the smaller side, in float64.
 *
 *     G = W'W (rows >= columns) or W W' (rows < columns), of entries scaled by `unit`
 *
 * The long side is summed in the same order for W and W', so that both give the same bits.
 *
 * @param matrix - W, any shape, finite.
 * @param unit - every entry is divided by it first; a power of two keeps the digits.
 * @returns `[n, n]` row-major with n the smaller side; only the lower triangle is filled.
 */
export function gram(matrix: Matrix, unit: number): Float64Array {
  const { rows, columns, data } = matrix;
  const isTall = rows >= columns;
  const n = isTall ? columns : rows;
  const length = isTall ? rows : columns;
  const panels = Math.ceil(n / panel);
  const result = new Float64Array(n * n);
  const packed = new Float64Array(panels * blockLength * panel);
  const inverse = 1 / unit;

  for (let start = 0; start < length; start += blockLength) {
    const count = Math.min(blockLength, length - start);
    for (let p = 0; p < panels; p++) {
      const base = p * blockLength * panel;
      for (let lane = 0; lane < panel; lane++) {
        const index = p * panel + lane;
        const stride = isTall ? columns : 1;
        let from = isTall ? start * columns + index : index * columns + start;
        for (let k = 0; k < count; k++, from += stride) {
          packed[base + k * panel + lane] = index < n ? data[from]! * inverse : 0;
        }
      }
    }
    for (let i = 0; i < panels; i++) {
      for (let j = 0; j <= i; j++) multiplyPanels(packed, i, j, count, result, n);
    }
  }
  return result;
}

/** Adds the product of two packed panels to the lower triangle of the result. */
function multiplyPanels(
  packed: Float64Array,
  rowPanel: number,
  columnPanel: number,
  count: number,
  result: Float64Array,
  n: number,
): void {
  let x = rowPanel * blockLength * panel;
  let y = columnPanel * blockLength * panel;
  const end = x + count * panel;
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (; x < end; x += 4, y += 4) {
    const x0 = packed[x]!;
    const x1 = packed[x + 1]!;
    const x2 = packed[x + 2]!;
    const x3 = packed[x + 3]!;
    const y0 = packed[y]!;
    const y1 = packed[y + 1]!;
    const y2 = packed[y + 2]!;
    const y3 = packed[y + 3]!;
    c00 += x0 * y0;
    c01 += x0 * y1;
    c02 += x0 * y2;
    c03 += x0 * y3;
    c10 += x1 * y0;
    c11 += x1 * y1;
    c12 += x1 * y2;
    c13 += x1 * y3;
    c20 += x2 * y0;
    c21 += x2 * y1;
    c22 += x2 * y2;
    c23 += x2 * y3;
    c30 += x3 * y0;
    c31 += x3 * y1;
    c32 += x3 * y2;
    c33 += x3 * y3;
  }
  const sums = [c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33];
  for (let lane = 0; lane < 16; lane++) {
    const i = rowPanel * panel + (lane >> 2);
    const j = columnPanel * panel + (lane & 3);
    if (i < n && j <= i) result[i * n + j]! += sums[lane]!;
  }
}
