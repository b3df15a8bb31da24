import { compactLaw } from "./compact-law.ts";
import { solveDyson } from "./dyson-equation.ts";
import { type Law, type LawEntry, requirePositive } from "./law.ts";

/**
 * The limiting law of the eigenvalues of `W'W / N` when the rows of W, of shape `[N, M]`, are independent noise with
 * a covariance whose eigenvalues ("population eigenvalues") have the distribution H.
 *
 *     x = -1/m + q integral t dH(t) / (1 + t m),   p(x) = Im m / (pi q) on the support   (m of the N x N form)
 *
 * With H a point at s^2 it is the law of Marchenko and Pastur. Well separated points of H make separate bulks.
 *
 * @param populationEigenvalues - t_k > 0, in the unit of the weights squared.
 * @param weights - their shares of H, > 0; they are divided by their sum.
 * @param aspectRatio - q = M / N, > 0; above 1 the missing mass `1 - 1/q` sits at 0.
 * @returns the law of the eigenvalue, in the unit of the weights squared.
 * @throws {RangeError} If the lists are empty, of unequal length, or hold what is not positive and finite.
 * @source Marchenko & Pastur 1967, Mat. Sb. 72(114):507-536; Silverstein & Choi 1995, J. Multivariate Anal.
 *   54:295-309.
 * @example
 * ```ts
 * import { generalizedMarchenkoPastur } from "marchenko/laws";
 * const law = generalizedMarchenkoPastur([1, 10], [0.5, 0.5], 0.02);
 * law.mean; // 5.5
 * law.cdf(4); // 0.5: between its two bulks
 * generalizedMarchenkoPastur([1], [1], 0.25).support; // [0.25, 2.25]
 * ```
 */
export function generalizedMarchenkoPastur(
  populationEigenvalues: readonly number[],
  weights: readonly number[],
  aspectRatio: number,
): Law {
  requirePositive("aspectRatio", aspectRatio);
  if (populationEigenvalues.length === 0 || populationEigenvalues.length !== weights.length) {
    throw new RangeError(
      `one weight a population eigenvalue is needed, got ${weights.length} for ${populationEigenvalues.length}`,
    );
  }
  for (const value of populationEigenvalues) requirePositive("populationEigenvalues", value);
  for (const weight of weights) requirePositive("weights", weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const moment = (k: number) =>
    weights.reduce((sum, weight, i) => sum + (weight / total) * populationEigenvalues[i]! ** k, 0);
  const mean = moment(1);
  const solution = solveDyson(
    { values: Float64Array.of(1), weights: Float64Array.of(1) },
    {
      values: Float64Array.from(populationEigenvalues, (value) => value / mean),
      weights: Float64Array.from(weights, (weight) => (aspectRatio * weight) / total),
    },
  );
  return compactLaw({
    id: "generalized-marchenko-pastur",
    name: "Generalised Marchenko-Pastur",
    lower: solution.lower * mean,
    upper: solution.upper * mean,
    mass: Math.min(1, 1 / aspectRatio),
    mean,
    variance: moment(2) + (aspectRatio - 1) * mean ** 2,
    density: (x) => solution.density(x / mean) / mean,
    tail: (x) => solution.tail(x / mean),
  });
}

export const generalizedMarchenkoPasturEntry: LawEntry = {
  id: "generalized-marchenko-pastur",
  name: "Generalised Marchenko-Pastur",
  parameters: [
    { name: "populationEigenvalues", meaning: "t_k, eigenvalues of the covariance of a row, > 0" },
    { name: "weights", meaning: "share of each, > 0" },
    { name: "aspectRatio", meaning: "q = M / N, > 0" },
  ],
  formula: "x = -1/m + q integral t dH(t) / (1 + t m), p(x) = Im m / (pi q)",
  source: "Marchenko & Pastur 1967; Silverstein & Choi 1995",
  examples: () =>
    (
      [
        [[1], [1], 1],
        [[4], [1], 0.25],
        [[1, 3], [0.5, 0.5], 0.5],
        [[0.1, 0.2, 0.3], [1, 2, 1], 0.9],
        [[1, 2], [0.7, 0.3], 3],
      ] as const
    ).map(([values, weights, q]) => generalizedMarchenkoPastur(values, weights, q)),
};
