import { gaussLegendre } from "../linalg/gauss-legendre.ts";
import { increasingRoot } from "../linalg/increasing-root.ts";
import { type Law, type LawEntry, requireOrder, requireProbability } from "./law.ts";

/** Nodes that bring every integral over part of [0, 1] to rounding: the nearest poles are those of 1 + r + r^2. */
const order = 24;

let rule: ReturnType<typeof gaussLegendre> | null = null;

function integral(f: (r: number) => number, from: number, to: number): number {
  rule ??= gaussLegendre(order);
  const half = (to - from) / 2;
  let sum = 0;
  for (let i = 0; i < order; i++) sum += rule.weights[i]! * f(from + half * (1 + rule.nodes[i]!));
  return half * sum;
}

/** Z of the density, and the mean. Atas et al. 2013, table I. */
const constants = {
  0: { z: 1, mean: 2 * Math.LN2 - 1 },
  1: { z: 8 / 27, mean: 4 - 2 * Math.sqrt(3) },
  2: { z: (4 * Math.PI) / (81 * Math.sqrt(3)), mean: (2 * Math.sqrt(3)) / Math.PI - 1 / 2 },
  4: { z: (4 * Math.PI) / (729 * Math.sqrt(3)), mean: (32 * Math.sqrt(3)) / (15 * Math.PI) - 1 / 2 },
} as const;

/**
 * The law of the ratio of two neighbouring spacings of eigenvalues, the smaller over the larger.
 *
 *     p(r) = 2 (r + r^2)^beta / ( Z (1 + r + r^2)^(1 + 3 beta / 2) )   on [0, 1]
 *     beta = 0: p(r) = 2 / (1 + r)^2
 *
 * It needs no local mean spacing. For beta > 0 it is exact for 3 x 3 matrices and close for large ones, whose mean
 * at beta = 1 is 0.5307.
 *
 * @param beta - 0 for independent (Poisson) levels, 1 for real matrices, 2 for complex, 4 for quaternion ones.
 * @returns the law of the ratio, dimensionless; mean in closed form.
 * @throws {RangeError} If `beta` is none of these.
 * @source Atas, Bogomolny, Giraud & Roux 2013, Phys. Rev. Lett. 110:084101; constants and means: table I.
 * @example
 * ```ts
 * import { spacingRatioLaw } from "marchenko/laws";
 * spacingRatioLaw(0).mean; // 0.3863
 * spacingRatioLaw(1).mean; // 0.5359
 * spacingRatioLaw(1).cdf(0.5); // 0.4601
 * ```
 */
export function spacingRatioLaw(beta: 0 | 1 | 2 | 4): Law {
  const known = constants[beta];
  if (known === undefined) throw new RangeError(`beta must be 0, 1, 2 or 4, got ${beta}`);
  const { z, mean } = known;
  const density =
    beta === 0
      ? (r: number) => 2 / (1 + r) ** 2
      : (r: number) => (2 * (r + r * r) ** beta) / (z * (1 + r + r * r) ** (1 + 1.5 * beta));
  const between = (from: number, to: number) => integral(density, from, to);
  const moment = (k: number): number => {
    requireOrder(k);
    return k === 1 ? mean : integral((r) => r ** k * density(r), 0, 1);
  };
  const quantile = (p: number): number => {
    requireProbability(p);
    if (p === 0 || p === 1) return p;
    return increasingRoot((r) => [between(0, r) - p, density(r)], 0, 1, 0.5);
  };
  return Object.freeze({
    id: "spacing-ratio",
    name: beta === 0 ? "Spacing ratio, Poisson" : `Spacing ratio, beta = ${beta}`,
    support: [0, 1] as const,
    atomAtZero: 0,
    mean,
    variance: moment(2) - mean ** 2,
    pdf: (r: number) => (r >= 0 && r <= 1 ? density(r) : 0),
    cdf(r: number) {
      if (!(r > 0)) return 0;
      return r >= 1 ? 1 : between(0, r);
    },
    survival(r: number) {
      if (!(r > 0)) return 1;
      return r >= 1 ? 0 : between(r, 1);
    },
    quantile,
    sample: ({ uniform }) => quantile(uniform()),
    moment,
  } satisfies Law);
}

export const spacingRatioEntry: LawEntry = {
  id: "spacing-ratio",
  name: "Spacing ratio",
  parameters: [
    { name: "beta", meaning: "0 for Poisson levels; 1, 2, 4 for real, complex, quaternion matrices" },
  ],
  formula: "p(r) = 2 (r + r^2)^beta / (Z (1 + r + r^2)^(1 + 3 beta/2)); beta = 0: 2 / (1 + r)^2",
  source: "Atas, Bogomolny, Giraud & Roux 2013",
  examples: () => ([0, 1, 2, 4] as const).map(spacingRatioLaw),
};
