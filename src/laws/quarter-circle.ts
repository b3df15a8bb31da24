import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";
import { chordOf, diskBeyond } from "./semicircle.ts";

/**
 * The limiting law of the singular values of a square noise matrix of side N, divided by sqrt N.
 *
 *     p(x) = sqrt(4 s^2 - x^2) / (pi s^2)   on [0, 2s]
 *
 * Its square is the Marchenko-Pastur law at q = 1.
 *
 * @param scale - s: standard deviation of one entry, in the unit of the weights, > 0.
 * @returns the law of the singular value over sqrt N, in the unit of the weights.
 * @throws {RangeError} If `scale` is not a positive finite number.
 * @source Marchenko & Pastur 1967, Mat. Sb. 72(114):507-536, at q = 1.
 * @example
 * ```ts
 * import { quarterCircle } from "marchenko/laws";
 * const law = quarterCircle(1);
 * law.mean; // 0.8488
 * law.cdf(1); // 0.6090
 * ```
 */
export function quarterCircle(scale: number): Law {
  requirePositive("scale", scale);
  const end = 2 * scale;
  const mean = (8 * scale) / (3 * Math.PI);
  return Object.freeze({
    id: "quarter-circle",
    name: "Quarter circle",
    support: [0, end] as const,
    atomAtZero: 0,
    mean,
    variance: scale ** 2 - mean ** 2,
    pdf(x: number) {
      return x >= 0 && x < end ? Math.sqrt((end - x) * (end + x)) / (Math.PI * scale ** 2) : 0;
    },
    cdf(x: number) {
      if (!(x > 0)) return 0;
      return x >= end ? 1 : 1 - 2 * diskBeyond(x, scale);
    },
    survival(x: number) {
      if (!(x > 0)) return 1;
      return x >= end ? 0 : 2 * diskBeyond(x, scale);
    },
    quantile(p: number) {
      requireProbability(p);
      return p === 0 ? 0 : chordOf((1 - p) / 2, scale);
    },
    sample: ({ uniform }) => end * Math.sqrt(uniform()) * Math.abs(Math.cos(2 * Math.PI * uniform())),
    moment(k: number) {
      requireOrder(k);
      return [mean, scale ** 2, (64 * scale ** 3) / (15 * Math.PI), 2 * scale ** 4][k - 1]!;
    },
  } satisfies Law);
}

export const quarterCircleEntry: LawEntry = {
  id: "quarter-circle",
  name: "Quarter circle",
  parameters: [{ name: "scale", meaning: "s, standard deviation of one entry, > 0" }],
  formula: "p(x) = sqrt(4 s^2 - x^2) / (pi s^2), x >= 0",
  source: "Marchenko & Pastur 1967",
  examples: () => [quarterCircle(1), quarterCircle(0.02)],
};
