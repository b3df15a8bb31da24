import { erf, erfc, inverseErf, inverseErfc } from "../linalg/error-function.ts";
import type { RandomStream } from "../linalg/random.ts";
import { type Law, type LawEntry, requireOrder, requireProbability } from "./law.ts";

/** What differs between real and complex vectors. */
const kinds = {
  1: {
    pdf: (y: number) => Math.exp(-y / 2) / Math.sqrt(2 * Math.PI * y),
    cdf: (y: number) => erf(Math.sqrt(y / 2)),
    survival: (y: number) => erfc(Math.sqrt(y / 2)),
    quantile: (p: number) => 2 * (p < 0.5 ? inverseErf(p) : inverseErfc(1 - p)) ** 2,
    sample: ({ normal }: RandomStream) => normal() ** 2,
    moments: [1, 3, 15, 105],
  },
  2: {
    pdf: (y: number) => Math.exp(-y),
    cdf: (y: number) => -Math.expm1(-y),
    survival: (y: number) => Math.exp(-y),
    quantile: (p: number) => -Math.log1p(-p),
    sample: ({ uniform }: RandomStream) => -Math.log1p(-uniform()),
    moments: [1, 2, 6, 24],
  },
} as const;

/**
 * The law of a squared entry of a random unit vector of length M, times M, for large M.
 *
 *     y = M |v_i|^2;  beta = 1: p(y) = exp(-y / 2) / sqrt(2 pi y);  beta = 2: p(y) = exp(-y)
 *
 * Singular vectors of noise follow it; a vector that lives on few coordinates does not.
 *
 * @param beta - 1 for real vectors (chi-squared with one degree of freedom), 2 for complex ones.
 * @returns the law of y on [0, infinity), dimensionless, mean 1.
 * @throws {RangeError} If `beta` is neither.
 * @source Porter & Thomas 1956, Phys. Rev. 104:483-491.
 * @example
 * ```ts
 * import { porterThomas } from "marchenko/laws";
 * porterThomas(1).quantile(0.95); // 3.841
 * porterThomas(2).survival(3); // 0.04979
 * ```
 */
export function porterThomas(beta: 1 | 2): Law {
  const kind = kinds[beta];
  if (kind === undefined) throw new RangeError(`beta must be 1 or 2, got ${beta}`);
  return Object.freeze({
    id: "porter-thomas",
    name: `Porter-Thomas, beta = ${beta}`,
    support: [0, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean: 1,
    variance: 2 / beta,
    pdf: (y: number) => (y >= 0 ? kind.pdf(y) : 0),
    cdf: (y: number) => (y > 0 ? kind.cdf(y) : 0),
    survival: (y: number) => (y > 0 ? kind.survival(y) : 1),
    quantile(p: number) {
      requireProbability(p);
      return kind.quantile(p);
    },
    sample: kind.sample,
    moment(k: number) {
      requireOrder(k);
      return kind.moments[k - 1]!;
    },
  } satisfies Law);
}

export const porterThomasEntry: LawEntry = {
  id: "porter-thomas",
  name: "Porter-Thomas",
  parameters: [{ name: "beta", meaning: "1 for real vectors, 2 for complex ones" }],
  formula: "y = M |v_i|^2; beta = 1: p(y) = exp(-y/2) / sqrt(2 pi y); beta = 2: p(y) = exp(-y)",
  source: "Porter & Thomas 1956",
  examples: () => [porterThomas(1), porterThomas(2)],
};
