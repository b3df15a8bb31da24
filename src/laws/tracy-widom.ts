import { airy } from "../linalg/airy.ts";
import { chebyshevCoefficients, chebyshevInterpolant, chebyshevSum } from "../linalg/chebyshev.ts";
import { gaussLegendre } from "../linalg/gauss-legendre.ts";
import { symmetricEigenvalues } from "../linalg/symmetric-eigenvalues.ts";
import { type Law, type LawEntry, requireOrder, requireProbability } from "./law.ts";
import { tracyWidomTable } from "./tracy-widom-table.ts";

/** Nodes that bring the determinant to 1e-14 for every s of interest. */
const order = 40;
/** Ai is under 1e-17 beyond this, so that the integral operator can end there. */
const airyVanishesAt = 15;
/** Left of this F is under 5e-10, and its digits drown in the determinant's rounding. */
const left = -8;
/** Left of this F is under 1e-18 (exp(-|s|^3 / 24)). */
const leftmost = -10;
/** Right of this trace(B) alone is the upper tail of beta = 1, to better than 1e-8 relative. */
const right = 8;
/** Beyond this the upper tail is under 1e-300. */
const rightmost = 100;
/**
 * Stretches of [left, right], each with the Chebyshev nodes that bring its interpolant to 1e-13. The determinant's
 * rounding grows to the left: a stretch of its own keeps it out of the others.
 */
const stretches = [
  { from: left, to: -6, nodes: 24 },
  { from: -6, to: right, nodes: 64 },
] as const;

/** Mean, variance, skewness and excess kurtosis. Bornemann 2010, Math. Comp. 79:871-915, table 10. */
const cumulants = {
  1: [-1.206533574582, 1.607781034581, 0.29346452408, 0.1652429384],
  2: [-1.771086807411, 0.8131947928329, 0.22408420361, 0.0934480876],
} as const;

let rule: ReturnType<typeof gaussLegendre> | null = null;

/** The quadrature that the operator is written in. */
function quadrature(): ReturnType<typeof gaussLegendre> {
  rule ??= gaussLegendre(order);
  return rule;
}

/** The operator B with kernel Ai(x + y + s) on (0, L), in a Gauss-Legendre basis; lower triangle. */
function kernel(s: number): Float64Array {
  const { nodes, weights } = quadrature();
  const half = (airyVanishesAt - s) / 2;
  const matrix = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j <= i; j++) {
      const [ai] = airy(s + half * (2 + nodes[i]! + nodes[j]!));
      matrix[i * order + j] = half * Math.sqrt(weights[i]! * weights[j]!) * ai;
    }
  }
  return matrix;
}

/** Nodes that bring the far tail's interpolant to 1e-12. */
const tailNodes = 16;
let tail: ((u: number) => { value: number; slope: number }) | null = null;

/**
 * trace(B) on [right, rightmost]: what is left of its logarithm without `-2/3 s^(3/2) - 3/4 log s` is smooth in
 * `u = (right / s)^(3/2)`.
 */
function farTail(s: number): number {
  const dominant = (x: number): number => (2 / 3) * x ** 1.5 + 0.75 * Math.log(x);
  tail ??= chebyshevInterpolant(
    (u) => {
      const x = right / u ** (2 / 3);
      return Math.log(kernelTrace(x)) + dominant(x);
    },
    (right / rightmost) ** 1.5,
    1,
    tailNodes,
  );
  return Math.exp(tail((right / s) ** 1.5).value - dominant(s));
}

/** trace(B), half the integral of Ai from s. */
function kernelTrace(s: number): number {
  const { nodes, weights } = quadrature();
  // In units of the local decay length 1 / sqrt(s): 40 of them bring Ai down by more than 1e-17.
  const half = 20 / Math.sqrt(s) / 2;
  let sum = 0;
  for (let i = 0; i < order; i++) sum += half * weights[i]! * airy(s + 2 * half * (1 + nodes[i]!))[0];
  return sum;
}

/** log F(s) = sum_i log(1 - b_i^beta) over the eigenvalues b_i of B. */
function logCdf(s: number, beta: 1 | 2): number {
  let sum = 0;
  for (const b of symmetricEigenvalues(kernel(s), order)) sum += Math.log1p(-(beta === 1 ? b : b * b));
  return sum;
}

/** Coefficients of log(-log F) on each stretch, computed; {@link tracyWidomTable} holds them, as they take 70 ms. */
export function tracyWidomCoefficients(beta: 1 | 2): Float64Array[] {
  return stretches.map(({ from, to, nodes }) =>
    chebyshevCoefficients((x) => Math.log(-logCdf(x, beta)), from, to, nodes),
  );
}

const interpolants = new Map<string, (s: number) => { value: number; slope: number }>();

/** log(-log F) and its slope on [left, right]: smooth there, and keeps the digits of both tails. */
function logMinusLog(s: number, beta: 1 | 2): { value: number; slope: number } {
  const stretch = s < stretches[1].from ? 0 : 1;
  const { from, to } = stretches[stretch];
  const key = `${beta} ${from}`;
  let interpolant = interpolants.get(key);
  if (!interpolant) {
    interpolant = chebyshevSum(tracyWidomTable[beta][stretch]!, from, to);
    interpolants.set(key, interpolant);
  }
  return interpolant(s);
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
    if (s < left) return Math.exp(logCdf(s, beta));
    return s > right ? 1 - survival(s) : Math.exp(-Math.exp(logMinusLog(s, beta).value));
  };
  const survival = (s: number): number => {
    if (s <= left) return 1 - cdf(s);
    if (s <= right) return -Math.expm1(-Math.exp(logMinusLog(s, beta).value));
    if (s > rightmost) return 0;
    return beta === 1 ? farTail(s) : -Math.expm1(logCdf(Math.min(s, airyVanishesAt - 1), beta));
  };
  const quantile = (p: number): number => {
    requireProbability(p);
    if (p === 0) return Number.NEGATIVE_INFINITY;
    if (p === 1) return Number.POSITIVE_INFINITY;
    let low = leftmost;
    let high = airyVanishesAt - 1;
    while (high - low > 4e-15 * Math.max(1, Math.abs(low))) {
      const middle = (low + high) / 2;
      if (cdf(middle) < p) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  const [mean, variance, skewness, kurtosis] = cumulants[beta];
  return Object.freeze({
    id: "tracy-widom",
    name: `Tracy-Widom, beta = ${beta}`,
    support: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean,
    variance,
    pdf(s: number) {
      if (s < left || s > right) return 0; // under 1e-7 there
      const { value, slope } = logMinusLog(s, beta);
      const minusLog = Math.exp(value);
      return -Math.exp(-minusLog) * minusLog * slope;
    },
    cdf,
    survival,
    quantile,
    sample: ({ uniform }) => quantile(uniform()),
    moment(k: number) {
      requireOrder(k);
      const third = skewness * variance ** 1.5;
      const fourth = (kurtosis + 3) * variance ** 2;
      return [
        mean,
        variance + mean ** 2,
        third + 3 * mean * variance + mean ** 3,
        fourth + 4 * mean * third + 6 * mean ** 2 * variance + mean ** 4,
      ][k - 1]!;
    },
  } satisfies Law);
}

export const tracyWidomEntry: LawEntry = {
  id: "tracy-widom",
  name: "Tracy-Widom",
  parameters: [{ name: "beta", meaning: "1 for real matrices, 2 for complex ones" }],
  formula: "F_1(s) = det(I - B_s), F_2(s) = det(I - B_s^2), B_s(x, y) = Ai(x + y + s) on (0, inf)",
  source: "Tracy & Widom 1996; Ferrari & Spohn 2005; Bornemann 2010",
  examples: () => [tracyWidom(1), tracyWidom(2)],
};
