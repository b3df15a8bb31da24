import { compactLaw } from "./compact-law.ts";
import { solveDyson } from "./dyson-equation.ts";
import type { Law, LawEntry } from "./law.ts";
import { condense } from "./population.ts";

/** Length, number of positive entries, mean and mean square of a list of variances. */
function momentsOf(name: string, variances: ArrayLike<number>) {
  let [positive, sum, squares] = [0, 0, 0];
  for (let i = 0; i < variances.length; i++) {
    const value = variances[i]!;
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name} must be in [0, infinity), got ${value} at ${i}`);
    }
    if (value > 0) positive++;
    sum += value;
  }
  if (positive === 0)
    throw new RangeError(`${name} must have a positive entry, got ${variances.length} zeros`);
  const mean = sum / variances.length;
  for (let i = 0; i < variances.length; i++) squares += (variances[i]! / mean) ** 2;
  return { length: variances.length, positive, mean, spread: squares / variances.length };
}

/**
 * The limiting law of the eigenvalues of `W'W / N` when the entry of W at row i and column j is independent noise
 * of variance `a_i b_j`: rows, and columns, of unequal strength.
 *
 *     e = (1/N) sum_i a_i / (-z (1 + g a_i)),   g = (1/N) sum_j b_j / (-z (1 + e b_j)),
 *     p(x) = Im h / (pi x q),   h = -x e g at z = x + i0
 *
 * The distribution is in closed form in e and g, so that there is no quadrature, and what is solved for is
 * accurate to rounding. The variances are condensed to at most 96 points a side, which keeps moments up to the
 * third. For 3072 x 768 log-normal variances this moves the distribution by 5e-9 at a standard deviation of their
 * logarithm of 0.2, by 3e-7 at 0.7 and by 4e-5 at 2.
 *
 * @param rowVariances - a_i >= 0, one a row; only the products `a_i b_j` matter.
 * @param columnVariances - b_j >= 0, one a column. N is the longer length, M the shorter; exchanging the two
 *   gives the same law.
 * @param missing - directions taken out, such as spikes, a whole number in [0, M): the law is that of a matrix with
 *   as many rows and columns less, of average variances, still divided by N; 0 by default.
 * @returns the law of one of the M eigenvalues, in the unit of `a_i b_j`; a row or column of zeros beyond what
 *   the shape absorbs makes an atom at 0.
 * @throws {RangeError} If a variance is negative or not finite, all on one side are 0, or `missing` is out of range.
 * @source Hachem, Loubaton & Najim 2007, Ann. Appl. Probab. 17:875-930; Paul & Silverstein 2009, J. Multivariate
 *   Anal. 100:37-57; the support: Couillet & Hachem 2014, Random Matrices Theory Appl. 3:1450016.
 * @example
 * ```ts
 * import { separableLaw } from "marchenko/laws";
 * const law = separableLaw([1, 1, 1, 1], [0.5, 1.5]);
 * law.mean; // 1
 * law.variance; // 0.75
 * separableLaw([1, 1], [1, 1, 1, 1]).support; // [0.08579, 2.914]
 * ```
 */
export function separableLaw(
  rowVariances: ArrayLike<number>,
  columnVariances: ArrayLike<number>,
  missing = 0,
): Law {
  const rows = momentsOf("rowVariances", rowVariances);
  const columns = momentsOf("columnVariances", columnVariances);
  const larger = Math.max(rows.length, columns.length);
  const smaller = Math.min(rows.length, columns.length);
  if (!(Number.isInteger(missing) && missing >= 0 && missing < smaller)) {
    throw new RangeError(`missing must be a whole number in [0, ${smaller}), got ${missing}`);
  }
  const unit = rows.mean * columns.mean;
  const [left, right] = [rows.length - missing, columns.length - missing];
  const solution = solveDyson(
    condense(rowVariances, rows.mean, left / rows.length / larger),
    condense(columnVariances, columns.mean, right / columns.length / larger),
  );
  const mean = (unit * (larger - missing)) / larger;
  const positive = Math.min(
    (rows.positive * left) / rows.length,
    (columns.positive * right) / columns.length,
  );
  return compactLaw({
    id: "separable-law",
    name: "Separable variances",
    lower: solution.lower * unit,
    upper: solution.upper * unit,
    mass: Math.min(1, positive / (smaller - missing)),
    mean,
    // Second moment over mean: (d / N) mean(a^2) + (n / N) mean(b^2), for n rows and d columns of mean variance 1.
    variance: mean * ((unit * (right * rows.spread + left * columns.spread)) / larger - mean),
    density: (x) => solution.density(x / unit) / unit,
    tail: (x) => solution.tail(x / unit),
  });
}

/** Variances at the quantiles (i + 1/2) / n of the log-uniform law on [1 / ratio, ratio]. */
const logUniform = (count: number, ratio: number): number[] =>
  Array.from({ length: count }, (_, i) => ratio ** ((2 * i + 1) / count - 1));

export const separableLawEntry: LawEntry = {
  id: "separable-law",
  name: "Separable variances",
  parameters: [
    { name: "rowVariances", meaning: "a_i >= 0, one a row" },
    { name: "columnVariances", meaning: "b_j >= 0, one a column; the entry at i, j has variance a_i b_j" },
  ],
  formula:
    "p(x) = Im h / (pi x q), h = -x e g, e = (1/N) sum a_i / (-x (1 + g a_i)), g = (1/N) sum b_j / (-x (1 + e b_j))",
  source: "Hachem, Loubaton & Najim 2007; Paul & Silverstein 2009",
  examples: () => [
    separableLaw([1, 1, 1, 1], [1]),
    separableLaw(logUniform(300, 3), logUniform(100, 2)),
    separableLaw(logUniform(100, 2), logUniform(300, 3)),
    separableLaw(
      [...logUniform(90, 4), ...new Float64Array(10)],
      [...logUniform(50, 2), ...new Float64Array(10)],
    ),
    separableLaw([0.001, 0.002], logUniform(6, 2)),
  ],
};
