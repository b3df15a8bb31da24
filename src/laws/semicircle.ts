import { increasingRoot } from "../linalg/increasing-root.ts";
import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";

/** y - sin y, without cancellation at 0. */
function segment(y: number): number {
  if (y > 0.5) return y - Math.sin(y);
  let term = y ** 3 / 6;
  let sum = 0;
  for (let k = 4; sum + term !== sum; k += 2) {
    sum += term;
    term *= (-y * y) / (k * (k + 1));
  }
  return sum;
}

/**
 * Share of a disk of radius 2s beyond the chord at x: the upper tail of the semicircle.
 *
 *     (y - sin y) / (2 pi),  y = 2 acos( x / 2s )
 */
export function diskBeyond(x: number, scale: number): number {
  const y = 4 * Math.atan2(Math.sqrt(2 * scale - x), Math.sqrt(2 * scale + x));
  return segment(y) / (2 * Math.PI);
}

/** The chord beyond which this share of a disk of radius 2s lies, for shares in [0, 1/2]. */
export function chordOf(share: number, scale: number): number {
  if (share === 0) return 2 * scale;
  const goal = 2 * Math.PI * share;
  const f = (y: number) => [segment(y) - goal, 2 * Math.sin(y / 2) ** 2] as const;
  return 2 * scale * Math.cos(increasingRoot(f, 0, Math.PI, Math.cbrt(6 * goal)) / 2);
}

/**
 * The limiting law of the eigenvalues of a symmetric noise matrix of side n, divided by sqrt n.
 *
 *     p(x) = sqrt(4 s^2 - x^2) / (2 pi s^2)   on [-2s, 2s]
 *
 * @param scale - s: standard deviation of one entry off the diagonal, > 0.
 * @returns the law of the eigenvalue, in the unit of the entries.
 * @throws {RangeError} If `scale` is not a positive finite number.
 * @source Wigner 1955, Ann. Math. 62:548-564; moments are the Catalan numbers.
 * @example
 * ```ts
 * import { semicircle } from "marchenko/laws";
 * const law = semicircle(1);
 * law.pdf(0); // 0.3183
 * law.cdf(1); // 0.8045
 * law.moment(4); // 2
 * ```
 */
export function semicircle(scale: number): Law {
  requirePositive("scale", scale);
  const end = 2 * scale;
  const survival = (x: number): number => {
    if (x >= end) return 0;
    return x <= -end ? 1 : diskBeyond(x, scale);
  };
  return Object.freeze({
    id: "semicircle",
    name: "Semicircle",
    support: [-end, end] as const,
    atomAtZero: 0,
    mean: 0,
    variance: scale ** 2,
    pdf(x: number) {
      return Math.abs(x) < end ? Math.sqrt((end - x) * (end + x)) / (2 * Math.PI * scale ** 2) : 0;
    },
    cdf: (x: number) => survival(-x),
    survival,
    quantile(p: number) {
      requireProbability(p);
      return p > 0.5 ? chordOf(1 - p, scale) : -chordOf(p, scale);
    },
    // One coordinate of a point that is uniform on the disk.
    sample: ({ uniform }) => end * Math.sqrt(uniform()) * Math.cos(2 * Math.PI * uniform()),
    moment(k: number) {
      requireOrder(k);
      return [0, scale ** 2, 0, 2 * scale ** 4][k - 1]!;
    },
  } satisfies Law);
}

export const semicircleEntry: LawEntry = {
  id: "semicircle",
  name: "Semicircle",
  parameters: [{ name: "scale", meaning: "s, standard deviation of one entry off the diagonal, > 0" }],
  formula: "p(x) = sqrt(4 s^2 - x^2) / (2 pi s^2)",
  source: "Wigner 1955",
  examples: () => [semicircle(1), semicircle(1e-3), semicircle(40)],
};
