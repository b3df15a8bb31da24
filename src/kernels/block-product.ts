import { block, blockAt, type Plan, panel } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";

/** Two packed factors, L of the rows and R of the columns, in panels of 4 of them, `stride` bytes apart. */
export interface PackedFactors {
  readonly left: number;
  readonly right: number;
  /** Where {@link pairRight} leaves R as products in pairs want it. */
  readonly paired: number;
  readonly stride: number;
  /** Places that are summed over; for products in pairs a multiple of 8. */
  readonly count: number;
}

/** Packed factors of which it is settled whether they are multiplied in pairs. */
export interface ReadyFactors extends PackedFactors {
  readonly inPairs: boolean;
}

/** Bytes of what products in pairs keep of a panel's rows. */
const rowsBytes = panel * 8;

/** Prepares panels `first` .. `end` - 1 of R for products in pairs, where the plan has them. */
export function pairRight(
  kernels: Kernels,
  { pairs, starts, sizes }: Plan,
  { right, paired, stride, count }: PackedFactors,
  first: number,
  end: number,
): void {
  if (!pairs) return;
  const [skip, rows] = [first * stride, first * rowsBytes];
  kernels.pairPanels(right + skip, paired + skip, stride, end - first, count, starts + rows, sizes + rows);
}

/**
 * Settles whether factors are multiplied in pairs: when all of R is prepared, by how different its rows are in size.
 *
 * An entry's rounding error there is of the size of both rows squared, so that one large row spoils its products with
 * many small ones: where nothing was settled here, errors of eigenvalues went on growing with the number of rows.
 *
 * @param firstRow - first row and column that may be multiplied in pairs; from the order on there are none but padding.
 * @param mostTimesMean - how large the largest row may be, its terms x1 x2 against their mean over rows.
 */
export function readyFactors(
  kernels: Kernels,
  { pairs, sizes, order }: Plan,
  factors: PackedFactors,
  firstRow: number,
  mostTimesMean: number,
): ReadyFactors {
  if (!pairs) return { ...factors, inPairs: false };
  const sameSize = kernels.largestOverMean(sizes + firstRow * 8, order - firstRow) <= mostTimesMean;
  return { ...factors, inPairs: sameSize };
}

/**
 * G_IJ <- G_IJ + L_I R_J', in block (i, j) of the triangle: on the diagonal only tiles on and below it.
 *
 * In pairs, a row of L must have the terms x1 x2 that it has in R, as it has where both are one, or where L is -R with
 * the places of each pair exchanged.
 *
 * @param firstRow, firstColumn - first panel that takes part.
 * @param endColumn - after the last; in pairs all do.
 */
export function addBlockProduct(
  kernels: Kernels,
  plan: Plan,
  { left, right, paired, stride, count, inPairs }: ReadyFactors,
  i: number,
  j: number,
  firstRow = 0,
  firstColumn = 0,
  endColumn = block / panel,
): void {
  const panels = block / panel;
  const at = blockAt(plan, i, j);
  const rows = left + i * panels * stride;
  const columns = (inPairs ? paired : right) + j * panels * stride;
  const isDiagonal = i === j ? 1 : 0;
  if (!inPairs) {
    kernels.multiplyBlock(at, rows, columns, stride, count, firstRow, firstColumn, endColumn, isDiagonal);
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
    plan.starts + i * panels * rowsBytes,
    plan.starts + j * panels * rowsBytes,
    panel * 8,
  );
}
