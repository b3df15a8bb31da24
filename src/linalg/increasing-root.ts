/**
 * Where an increasing function is zero: Newton's method, kept inside a shrinking bracket.
 *
 * @param f - value and slope at x. @param low - f is <= 0 there. @param high - f is >= 0 there.
 * @param start - first guess, in [low, high].
 * @returns the root, to rounding.
 */
export function increasingRoot(
  f: (x: number) => readonly [value: number, slope: number],
  low: number,
  high: number,
  start: number,
): number {
  let x = start;
  for (let i = 0; i < 200; i++) {
    const [value, slope] = f(x);
    if (value === 0) return x;
    if (value > 0) high = x;
    else low = x;
    let next = x - value / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - x) <= (Number.EPSILON / 2) * Math.abs(next)) return next;
    x = next;
  }
  return x;
}
