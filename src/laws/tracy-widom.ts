import { LuDecomposition, Matrix } from "ml-matrix";
import { airy } from "../linalg/airy.ts";
import { gaussLegendre } from "../linalg/gauss-legendre.ts";
import { symmetricEigenvalues } from "../linalg/symmetric-eigenvalues.ts";
import { type Law, type LawEntry, requireProbability } from "./law.ts";

/** Nodes that bring the determinant to 1e-14 for every s of interest. */
const order = 56;
/** Ai is under 1e-17 beyond this, so that the integral operator can end there. */
const airyVanishesAt = 15;
/** Below this F is under 1e-18 (exp(-|s|^3 / 24)), far under the determinant's own error. */
const leftmost = -10;
/** From here trace(B) alone is the upper tail of beta = 1, to better than 1e-8 relative. */
const traceFrom = 8;
/** Beyond this the upper tail is under 1e-300. */
const rightmost = 100;

/** Mean and variance. Bornemann 2010, Math. Comp. 79:871-915, table 10. */
const moments = {
  1: { mean: -1.206533574582, variance: 1.607781034581 },
  2: { mean: -1.771086807411, variance: 0.8131947928329 },
} as const;

/** The operator B with kernel Ai(x + y + s) on (0, L) and its derivative in s, in a Gauss-Legendre basis. */
function kernel(s: number): { value: Float64Array; slope: Float64Array } {
  const { nodes, weights } = gaussLegendre(order);
  const half = (airyVanishesAt - s) / 2;
  const value = new Float64Array(order * order);
  const slope = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      const [ai, derivative] = airy(s + half * (2 + nodes[i]! + nodes[j]!));
      const weight = half * Math.sqrt(weights[i]! * weights[j]!);
      value[i * order + j] = weight * ai;
      slope[i * order + j] = weight * derivative;
    }
  }
  return { value, slope };
}

/** trace(B), half the integral of Ai from s. */
function kernelTrace(s: number): number {
  const { nodes, weights } = gaussLegendre(order);
  // In units of the local decay length 1 / sqrt(s): 40 of them bring Ai down by more than 1e-17.
  const half = 20 / Math.sqrt(s) / 2;
  let sum = 0;
  for (let i = 0; i < order; i++) sum += half * weights[i]! * airy(s + 2 * half * (1 + nodes[i]!))[0];
  return sum;
}

/** log F(s) = sum_i log(1 - b_i^beta) over the eigenvalues b_i of B. */
function logCdf(s: number, beta: 1 | 2): number {
  const eigenvalues = symmetricEigenvalues(kernel(s).value, order);
  let sum = 0;
  for (const b of eigenvalues) sum += Math.log1p(-(beta === 1 ? b : b * b));
  return sum;
}

/** d log F / ds = -trace((I - B)^-1 B'), and + trace((I + B)^-1 B') for beta = 2. */
function logSlope(s: number, beta: 1 | 2): number {
  const { value, slope } = kernel(s);
  const b = Matrix.from1DArray(order, order, Array.from(value));
  const derivative = Matrix.from1DArray(order, order, Array.from(slope));
  const minus = new LuDecomposition(Matrix.sub(Matrix.eye(order), b)).solve(derivative).trace();
  if (beta === 1) return -minus;
  return new LuDecomposition(Matrix.add(Matrix.eye(order), b)).solve(derivative).trace() - minus;
}

/**
 * The Tracy-Widom law: the limit of the largest eigenvalue of a noise matrix, centred and scaled.
 *
 *     F_1(s) = det(I - B_s),   F_2(s) = det(I - B_s) det(I + B_s),   B_s(x, y) = Ai(x + y + s) on (0, inf)
 *
 * A singular value far in its upper tail is a spike: noise does not reach there.
 *
 * @param beta - 1 for real matrices, 2 for complex ones.
 * @returns the law of the standardised largest eigenvalue, dimensionless; cdf to 1e-13 absolute,
 *   survival to 1e-7 relative.
 * @source Tracy & Widom 1996, Commun. Math. Phys. 177:727-754; the determinant for beta = 1: Ferrari &
 *   Spohn 2005, J. Phys. A 38:L557; its evaluation: Bornemann 2010, Math. Comp. 79:871-915.
 * @example
 * ```ts
 * import { tracyWidom } from "marchenko/laws";
 * tracyWidom(1).cdf(-1.2065335745820); // 0.5197
 * tracyWidom(1).quantile(0.95); // 0.9793
 * tracyWidom(2).cdf(-2); // 0.4132
 * ```
 */
export function tracyWidom(beta: 1 | 2): Law {
  const cdf = (s: number): number => {
    if (s <= leftmost) return 0;
    return s >= traceFrom ? 1 - survival(s) : Math.exp(logCdf(s, beta));
  };
  const survival = (s: number): number => {
    if (s <= leftmost) return 1;
    if (s > rightmost) return 0;
    if (beta === 1 && s >= traceFrom) return kernelTrace(s);
    return -Math.expm1(logCdf(Math.min(s, airyVanishesAt - 1), beta));
  };
  return Object.freeze({
    id: "tracy-widom",
    name: `Tracy-Widom, beta = ${beta}`,
    support: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    ...moments[beta],
    pdf(s: number) {
      if (s <= leftmost || s >= airyVanishesAt - 1) return 0;
      return Math.exp(logCdf(s, beta)) * logSlope(s, beta);
    },
    cdf,
    survival,
    quantile(p: number) {
      requireProbability(p);
      if (p === 0) return Number.NEGATIVE_INFINITY;
      if (p === 1) return Number.POSITIVE_INFINITY;
      let low = leftmost;
      let high = airyVanishesAt - 1;
      while (high - low > 1e-13) {
        const middle = (low + high) / 2;
        if (cdf(middle) < p) low = middle;
        else high = middle;
      }
      return (low + high) / 2;
    },
  });
}

export const tracyWidomEntry: LawEntry = {
  id: "tracy-widom",
  name: "Tracy-Widom",
  parameters: [{ name: "beta", meaning: "1 for real matrices, 2 for complex ones" }],
  formula: "F_1(s) = det(I - B_s), F_2(s) = det(I - B_s^2), B_s(x, y) = Ai(x + y + s) on (0, inf)",
  source: "Tracy & Widom 1996; Ferrari & Spohn 2005; Bornemann 2010",
  examples: () => [tracyWidom(1), tracyWidom(2)],
};
