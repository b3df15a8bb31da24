/**
 * P(|T| <= t) of Student's t for whole degrees of freedom, a finite sum of powers of cos(theta), theta = atan(t / sqrt nu).
 *
 * @param theta - in [0, pi / 2].
 * @param nu - degrees of freedom, a whole number >= 1.
 * @source Abramowitz & Stegun 1964, 26.7.3 (odd) and 26.7.4 (even).
 */
function withinAngle(theta: number, nu: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const isOdd = nu % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = nu === 1 ? 0 : term;
  for (let k = isOdd ? 2 : 1; k <= nu - 3; k += 2) {
    term *= (k / (k + 1)) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}

/**
 * The t for which P(|T| <= t) = `within`: half the width of a confidence interval, in standard errors.
 *
 * @param nu - degrees of freedom, a whole number >= 1.
 * @param within - in (0, 1).
 */
export function studentT(nu: number, within: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (withinAngle(middle, nu) < within) low = middle;
    else high = middle;
  }
  return Math.sqrt(nu) * Math.tan((low + high) / 2);
}
