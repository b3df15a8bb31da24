/**
 * A smooth function on an interval, replaced by its Chebyshev interpolant, and the interpolant's slope.
 *
 *     p(x) = sum_k c_k T_k(u),  u = (2 x - low - high) / (high - low)
 *
 * @param f - sampled once at each node. @param count - number of nodes, >= 2.
 * @returns value and derivative of the interpolant at any x in [low, high].
 * @source Trefethen 2013, Approximation Theory and Approximation Practice, chapters 3 and 21.
 */
export function chebyshevInterpolant(
  f: (x: number) => number,
  low: number,
  high: number,
  count: number,
): (x: number) => { value: number; slope: number } {
  return chebyshevSum(chebyshevCoefficients(f, low, high, count), low, high);
}

/** The coefficients c_k of the interpolant, `count` of them. */
export function chebyshevCoefficients(
  f: (x: number) => number,
  low: number,
  high: number,
  count: number,
): Float64Array {
  const samples = Float64Array.from({ length: count }, (_, j) =>
    f((low + high) / 2 + ((high - low) / 2) * Math.cos((Math.PI * (j + 0.5)) / count)),
  );
  return Float64Array.from({ length: count }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += samples[j]! * Math.cos((Math.PI * k * (j + 0.5)) / count);
    return (sum * (k === 0 ? 1 : 2)) / count;
  });
}

/** The interpolant with given coefficients, on [low, high]. */
export function chebyshevSum(
  coefficients: ArrayLike<number>,
  low: number,
  high: number,
): (x: number) => { value: number; slope: number } {
  const count = coefficients.length;
  return (x) => {
    const u = (2 * x - low - high) / (high - low);
    // Clenshaw's recurrence, for the sum and its derivative at once.
    let b1 = 0;
    let b2 = 0;
    let d1 = 0;
    let d2 = 0;
    for (let k = count - 1; k > 0; k--) {
      const b = 2 * u * b1 - b2 + coefficients[k]!;
      const d = 2 * u * d1 - d2 + 2 * b1;
      b2 = b1;
      b1 = b;
      d2 = d1;
      d1 = d;
    }
    return { value: u * b1 - b2 + coefficients[0]!, slope: ((u * d1 - d2 + b1) * 2) / (high - low) };
  };
}
