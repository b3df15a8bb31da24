import { UsageError } from "../errors.ts";
import { smallestBlock } from "../fits/aspect-ratio-comparable-alpha.ts";
import type { Layer } from "../layers/layer.ts";

/** Exponents of smaller blocks scatter too much; smaller layers have none rather than that they set it for all. */
const smallestSide = 32;

/**
 * Side of the square blocks on which the exponents of all layers of a run are compared.
 *
 * @param wanted - the side; true for the smallest smaller side of the layers, but at least 32; false for none.
 * @throws {UsageError} If the side is not a whole number of at least 8.
 */
export function comparableSide(wanted: boolean | number, layers: readonly Layer[]): number | null {
  if (wanted === false) return null;
  if (wanted !== true) {
    if (Number.isInteger(wanted) && wanted >= smallestBlock) return wanted;
    throw new UsageError(
      `comparableAlpha is true or the side of a block, a whole number of at least ${smallestBlock}, got ${wanted}`,
    );
  }
  const sides = layers.flatMap(({ skip, matrixShape }) => (skip || !matrixShape ? [] : [...matrixShape]));
  const smallest = sides.reduce((least, side) => Math.min(least, side), Number.POSITIVE_INFINITY);
  return Number.isFinite(smallest) ? Math.max(smallestSide, smallest) : smallestSide;
}
