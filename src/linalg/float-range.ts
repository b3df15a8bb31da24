/** The least number that float64 holds with all its digits. */
const leastNormal = 2 ** -1022;

/** Whether float64 holds a positive number with all its digits: one that overflowed is infinite, a lost one small or 0. */
export function isInRange(value: number): boolean {
  return value >= leastNormal && value < Number.POSITIVE_INFINITY;
}

/**
 * A square, where float64 has it.
 *
 * @param root - any number.
 * @returns `root^2`; null where it overflows, or is so small that digits are lost. 0 of 0.
 */
export function squareInRange(root: number): number | null {
  const square = root * root;
  return root === 0 || isInRange(square) ? square : null;
}
