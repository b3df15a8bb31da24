import { block, blockAt, type Plan, panel } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";

/** Two packed factors, L of the rows and R of the columns, in panels of 4 of them, `stride` bytes apart. */
export interface PackedFactors {
  readonly left: number;
  readonly right: number;
  readonly stride: number;
  /** Places that are summed over; for products in pairs a multiple of 8. */
  readonly count: number;
}

/** Bytes of what products in pairs start a panel's sums with. */
const startBytes = panel * 8;

/**
 * Readies panels `first` .. `end` - 1 of R for {@link addBlockProduct}: nothing to do but for products in pairs.
 *
 * @param from - address of R as it is packed: another than `factors.right`, or the same.
 */
export function readyRight(
  kernels: Kernels,
  { pairs, starts }: Plan,
  { right, stride, count }: PackedFactors,
  from: number,
  first: number,
  end: number,
): void {
  if (!pairs) return;
  const skip = first * stride;
  kernels.pairPanels(from + skip, right + skip, stride, end - first, count, starts + first * startBytes);
}

/**
 * G_IJ <- G_IJ + L_I R_J', in block (i, j) of the triangle: on the diagonal only tiles on and below it.
 *
 * In pairs, L and R must have equal sums over their pairs, as a factor and itself have.
 *
 * @param firstRow, firstColumn - first panel that takes part.
 */
export function addBlockProduct(
  kernels: Kernels,
  plan: Plan,
  { left, right, stride, count }: PackedFactors,
  i: number,
  j: number,
  firstRow = 0,
  firstColumn = 0,
): void {
  const panels = block / panel;
  const at = blockAt(plan, i, j);
  const [rows, columns] = [left + i * panels * stride, right + j * panels * stride];
  const isDiagonal = i === j ? 1 : 0;
  if (!plan.pairs) {
    kernels.multiplyBlock(at, rows, columns, stride, count, firstRow, firstColumn, isDiagonal);
    return;
  }
  kernels.multiplyPairedBlock(
    at,
    rows,
    columns,
    stride,
    count,
    firstRow,
    firstColumn,
    isDiagonal,
    plan.starts + i * panels * startBytes,
    plan.starts + j * panels * startBytes,
    panel * 8,
  );
}
