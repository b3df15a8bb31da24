import { UsageError } from "../errors.ts";

/** What an outlier over a bulk of any shape says of the direction that was planted, and how surely. */
export interface PlantedOverlap {
  /** t: planted singular value, in the unit of the weights. */
  readonly strength: number;
  /** Squared overlaps of the observed vectors with the planted ones, expected: left of length N, right of length M. */
  readonly left: number;
  readonly right: number;
  /** Variances of the logarithms of the squared overlaps about that, for a given singular value. */
  readonly leftVariance: number;
  readonly rightVariance: number;
  /** Standard deviation of the singular value about what the strength gives, in the unit of the weights. */
  readonly singularValueError: number;
}

/**
 * How far the singular vectors of an outlier are from the planted ones, given the bulk as it is.
 *
 *     t^-2 = A B,  left = 1 / (t^2 (y^2 P B / A + S)),  right = left B / A
 *
 * for `W = t u v' + E`, y the outlier, R = 1 / (y^2 - E E') and A = y u'R u, B = y v'R~v, P = u'R^2 u,
 * S = v'E'R^2 E v, their means over directions u and v that are random with respect to the noise E. No law of the bulk
 * is assumed: the means are sums over its singular values. The variances are those of these four, and of u'R E v and
 * u'R^2 E v (of mean zero), to leading order in 1 / N and 1 / M: E is held, u and v vary.
 *
 * @param singularValue - y, in the unit of the weights. @param bulk - singular values of the noise, all of the M that
 *   are no outliers, in the same unit and any order. @param larger - N less the outliers, >= bulk.length.
 * @returns null where y does not lie above the bulk, or too near to it for numbers.
 * @throws {UsageError} If the bulk is empty or has more values than the larger side.
 * @source Benaych-Georges & Nadakuditi 2012, J. Multivariate Anal. 111:120-135, theorem 2.9 (any bulk); the bulk's own
 *   singular values in it: Nadakuditi 2014, IEEE Trans. Inf. Theory 60:3002-3018; the variances are this package's.
 * @example
 * ```ts
 * import { plantedOverlap } from "marchenko";
 * // A bulk that is zero leaves a planted direction as it is.
 * plantedOverlap(3, new Float64Array(50), 200)?.left; // 1
 * plantedOverlap(1, Float64Array.of(2, 1.5), 200); // null
 * ```
 */
export function plantedOverlap(
  singularValue: number,
  bulk: ArrayLike<number>,
  larger: number,
): PlantedOverlap | null {
  const count = bulk.length;
  if (count < 1 || count > larger) {
    throw new UsageError(`a bulk has 1 to ${larger} singular values, the larger side, got ${count}`);
  }
  // In units of the outlier: y = 1, and nothing leaves the range of squares.
  const squares = Float64Array.from(bulk, (value) => (value / singularValue) ** 2);
  if (!(singularValue > 0) || !squares.every((square) => square < 1)) return null;
  const over = (f: (square: number) => number) => squares.reduce((sum, square) => sum + f(square), 0);
  const resolvent = (square: number) => 1 / (1 - square);
  const zeros = larger - count;
  const ofLeft = (f: (square: number) => number) => (over(f) + zeros * f(0)) / larger;
  const ofRight = (f: (square: number) => number) => over(f) / count;

  const a = ofLeft(resolvent);
  const b = ofRight(resolvent);
  const p = ofLeft((square) => resolvent(square) ** 2);
  const s = ofRight((square) => square * resolvent(square) ** 2);
  const t = 1 / Math.sqrt(a * b);
  const left = 1 / (t * t * ((p * b) / a + s));
  const right = (left * b) / a;
  if (!Number.isFinite(left) || !(left > 0)) return null;

  // Each of the three groups of quadratic forms is one form, of these functions of the eigenvalues of E E'.
  const share = t * t * left * (b / a) * p; // of P in the norm of the left vector
  const pole = t * t * left;
  const variance = (sign: 0 | 1): number => {
    // ln right = ln left + ln B - ln A
    const onLeft = (x: number) =>
      ((1 + share - sign) / a) * resolvent(x) - pole * (b / a) * resolvent(x) ** 2;
    const onRight = (x: number) => ((1 - share + sign) / b) * resolvent(x) - pole * x * resolvent(x) ** 2;
    const across = (x: number) => 2 * t * resolvent(x) - 2 * pole * Math.sqrt(b / a) * resolvent(x) ** 2;
    return (
      (2 / larger) * varianceOf(ofLeft, onLeft) +
      (2 / count) * varianceOf(ofRight, onRight) +
      over((x) => x * across(x) ** 2) / (larger * count)
    );
  };
  // The equation for y: ln t^-1 = ln(C + sqrt(A B)).
  const strengthVariance =
    varianceOf(ofLeft, resolvent) / (2 * larger * a * a) +
    varianceOf(ofRight, resolvent) / (2 * count * b * b) +
    (t * t * over((x) => x * resolvent(x) ** 2)) / (larger * count);
  const slopeOf = (mean: typeof ofLeft) => mean((x) => resolvent(x) - 2 * resolvent(x) ** 2);
  const slope = (slopeOf(ofLeft) / a + slopeOf(ofRight) / b) / 2;
  return {
    strength: t * singularValue,
    left: Math.min(left, 1),
    right: Math.min(right, 1),
    leftVariance: variance(0),
    rightVariance: variance(1),
    singularValueError: (singularValue * Math.sqrt(strengthVariance)) / Math.abs(slope),
  };
}

/**
 * How alike the observed vectors of one planted direction are under the same noise, when its strength has changed.
 *
 *     left = t t' (y y' b b' mean R R' + a a' mean~ x R R'),  right = t t' (y y' a a' mean~ R R' + b b' mean x R R')
 *
 * with a^2, b^2 and a'^2, b'^2 the squared overlaps of {@link plantedOverlap} at y and y', R = 1 / (y^2 - x), and means over
 * the eigenvalues x of E E' (left) and E'E (right, with a tilde).
 *
 * @param one - y, an outlier over the bulk. @param other - y'. @param bulk - as in {@link plantedOverlap}.
 * @returns overlaps (not squared) of the left vectors and of the right ones, in (0, 1]; null where one of the two does not lie above the bulk.
 * @source the vectors in terms of the resolvent: Benaych-Georges & Nadakuditi 2012, J. Multivariate Anal. 111:120-135, lemma
 *   4.1; at two values of y this package's.
 */
export function sameNoiseOverlap(
  one: number,
  other: number,
  bulk: ArrayLike<number>,
  larger: number,
): { left: number; right: number } | null {
  const first = plantedOverlap(one, bulk, larger);
  const second = plantedOverlap(other, bulk, larger);
  if (!first || !second) return null;
  // In units of the larger outlier, so that nothing leaves the range of squares.
  const unit = Math.max(one, other);
  const [y, z] = [one / unit, other / unit];
  let plain = 0;
  let weighted = 0;
  for (let i = 0; i < bulk.length; i++) {
    const x = (bulk[i]! / unit) ** 2;
    const product = 1 / ((y * y - x) * (z * z - x));
    plain += product;
    weighted += x * product;
  }
  const zeros = (larger - bulk.length) / (y * z) ** 2;
  const a = Math.sqrt(first.left * second.left);
  const b = Math.sqrt(first.right * second.right);
  const scale = (first.strength / unit) * (second.strength / unit);
  const left = scale * (y * z * b * ((plain + zeros) / larger) + a * (weighted / bulk.length));
  const right = scale * (y * z * a * (plain / bulk.length) + b * (weighted / larger));
  return { left: Math.min(1, left), right: Math.min(1, right) };
}

function varianceOf(mean: (f: (x: number) => number) => number, f: (x: number) => number): number {
  const centre = mean(f);
  return mean((x) => (f(x) - centre) ** 2);
}
