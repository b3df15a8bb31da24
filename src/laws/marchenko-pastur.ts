import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";

/** Below this aspect ratio the closed form loses digits as eps / q, and its Fourier series gains them. */
const seriesBelow = 1e-4;

/**
 * Distribution of a unit-scale law on the angle, for q <= 1: the eigenvalue is
 * `1 + q - 2 sqrt(q) cos(angle)`, the angle runs from 0 at the lower edge to pi at the upper.
 *
 *     F = [ 2 r sin t + (1 + q) t - (1 - q) psi ] / (2 pi q),  r = sqrt q,
 *     psi = 2 atan2( (1 + r) sin(t/2), (1 - r) cos(t/2) )
 *
 * which holds at q = 1 too. For small q: dF/dt = 2 sin^2 t / (pi x) with 1/x expanded as a Poisson
 * kernel, integrated term by term; r^9 < 1e-18 there.
 */
function angleCdf(angle: number, q: number): number {
  const r = Math.sqrt(q);
  if (q >= seriesBelow) {
    const psi = 2 * Math.atan2((1 + r) * Math.sin(angle / 2), (1 - r) * Math.cos(angle / 2));
    return (2 * r * Math.sin(angle) + (1 + q) * angle - (1 - q) * psi) / (2 * Math.PI * q);
  }
  let sum = angle - Math.sin(2 * angle) / 2;
  let power = 1;
  for (let k = 1; k < 10; k++) {
    power *= r;
    const lower = k === 2 ? angle : Math.sin((k - 2) * angle) / (k - 2);
    sum += 2 * power * (Math.sin(k * angle) / k - (Math.sin((k + 2) * angle) / (k + 2) + lower) / 2);
  }
  return sum / (Math.PI * (1 - q));
}

/** The angle at which {@link angleCdf} is `p`: Newton, kept inside a shrinking bracket. */
function angleQuantile(p: number, q: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return Math.PI;
  const r = Math.sqrt(q);
  let low = 0;
  let high = Math.PI;
  let angle = Math.PI * p;
  for (let i = 0; i < 200; i++) {
    const excess = angleCdf(angle, q) - p;
    if (excess === 0) return angle;
    if (excess > 0) high = angle;
    else low = angle;
    const x = (1 - r) ** 2 + 4 * r * Math.sin(angle / 2) ** 2;
    const slope = (2 * Math.sin(angle) ** 2) / (Math.PI * x);
    let next = angle - excess / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - angle) <= 1e-16 * Math.PI) return next;
    angle = next;
  }
  return angle;
}

/**
 * The limiting law of the eigenvalues of `W'W / N`, for `W` of shape `[N, M]` with independent
 * entries of mean 0 and standard deviation s, as N and M grow with `q = M / N` fixed.
 *
 *     p(x) = sqrt( (x+ - x)(x - x-) ) / (2 pi s^2 q x)   on [x-, x+],  x± = s^2 (1 ± sqrt q)^2
 *
 * A layer whose spectrum it fits cannot be told from noise by its eigenvalues alone.
 *
 * @param aspectRatio - q = M / N, dimensionless, > 0. Analyses use the smaller side as M, so that
 *   q <= 1; above 1 the missing mass `1 - 1/q` sits at 0 ({@link Law.atomAtZero}).
 * @param scale - s: standard deviation of one entry of W, in the unit of the weights, > 0.
 * @returns the law of the eigenvalue, in the unit of the weights squared.
 * @throws {RangeError} If `aspectRatio` or `scale` is not a positive finite number.
 * @source Marchenko & Pastur 1967, Mat. Sb. 72(114):507-536; closed-form distribution and
 *   quantiles by the substitution x = s^2 (1 + q - 2 sqrt q cos t).
 * @example
 * ```ts
 * import { marchenkoPastur } from "marchenko";
 * const law = marchenkoPastur(0.5, 1);
 * law.support; // [0.08579, 2.914]
 * law.pdf(1); // 0.4211
 * law.cdf(law.quantile(0.25)); // 0.25
 * ```
 */
export function marchenkoPastur(aspectRatio: number, scale: number): Law {
  requirePositive("aspectRatio", aspectRatio);
  requirePositive("scale", scale);
  // For q > 1 the non-zero eigenvalues are q times those of the transposed problem at 1/q.
  const q = Math.min(aspectRatio, 1 / aspectRatio);
  const unit = scale ** 2 * Math.max(1, aspectRatio);
  const mass = Math.min(1, 1 / aspectRatio);
  const r = Math.sqrt(q);
  const lower = unit * (1 - r) ** 2;
  const upper = unit * (1 + r) ** 2;

  const angleOf = (x: number) => 2 * Math.atan2(Math.sqrt(x - lower), Math.sqrt(upper - x));
  const tail = (x: number): number => {
    if (x >= upper) return 0;
    return x <= lower ? 1 : 1 - angleCdf(angleOf(x), q);
  };

  const quantile = (p: number): number => {
    requireProbability(p);
    if (mass < 1 && p <= 1 - mass) return 0;
    const angle = angleQuantile(Math.min(1, (p - (1 - mass)) / mass), q);
    return lower + (upper - lower) * Math.sin(angle / 2) ** 2;
  };

  return Object.freeze({
    id: "marchenko-pastur",
    name: "Marchenko-Pastur",
    support: [lower, upper] as const,
    atomAtZero: 1 - mass,
    mean: scale ** 2,
    variance: scale ** 4 * aspectRatio,
    pdf(x: number) {
      if (!(x > lower && x < upper)) return 0;
      return (mass * Math.sqrt((upper - x) * (x - lower))) / (2 * Math.PI * unit * q * x);
    },
    cdf(x: number) {
      if (x < 0) return 0;
      if (x <= lower) return 1 - mass;
      return x >= upper ? 1 : 1 - mass + mass * angleCdf(angleOf(x), q);
    },
    survival: (x: number) => (x < 0 ? 1 : mass * tail(x)),
    quantile,
    sample: ({ uniform }) => quantile(uniform()),
    moment(k: number) {
      requireOrder(k);
      return marchenkoPasturMoment(k, aspectRatio, scale);
    },
  } satisfies Law);
}

/**
 * The k-th raw moment of the Marchenko-Pastur law.
 *
 *     m_k = s^(2k) sum_{j=0}^{k-1} q^j / (j + 1) C(k, j) C(k - 1, j)
 *
 * @param k - order, a whole number >= 0.
 * @param aspectRatio - q, > 0.
 * @param scale - s, in the unit of the weights, > 0.
 * @returns the moment, in the unit of the weights to the 2k.
 * @throws {RangeError} If k is not a whole number >= 0.
 * @source Bai & Silverstein 2010, Spectral Analysis of Large Dimensional Random Matrices, lemma 3.1.
 * @example
 * ```ts
 * import { marchenkoPasturMoment } from "marchenko/laws";
 * marchenkoPasturMoment(2, 0.5, 1); // 1.5
 * ```
 */
export function marchenkoPasturMoment(k: number, aspectRatio: number, scale: number): number {
  if (!Number.isInteger(k) || k < 0) throw new RangeError(`k must be a whole number >= 0, got ${k}`);
  if (k === 0) return 1;
  let sum = 0;
  let term = 1; // q^j C(k, j) C(k - 1, j) / (j + 1)
  for (let j = 0; j < k; j++) {
    sum += term;
    term *= (aspectRatio * (k - j) * (k - 1 - j)) / ((j + 1) * (j + 2));
  }
  return scale ** (2 * k) * sum;
}

export const marchenkoPasturEntry: LawEntry = {
  id: "marchenko-pastur",
  name: "Marchenko-Pastur",
  parameters: [
    { name: "aspectRatio", meaning: "q = M / N, smaller over larger side, > 0" },
    { name: "scale", meaning: "s, standard deviation of one entry, > 0" },
  ],
  formula: "p(x) = sqrt((x+ - x)(x - x-)) / (2 pi s^2 q x), x± = s^2 (1 ± sqrt q)^2",
  source: "Marchenko & Pastur 1967",
  examples: () =>
    [
      [1, 1],
      [0.999999, 2],
      [0.75, 0.1],
      [0.25, 1],
      [0.0153, 3],
      [9e-5, 1],
      [1e-8, 1],
      [2, 1],
      [4, 0.5],
    ].map(([q, s]) => marchenkoPastur(q!, s!)),
};
