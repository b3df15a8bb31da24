import { erfc, inverseErfc, scaledErfc } from "../linalg/error-function.ts";
import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";

/** Probability that a standard normal is above z. */
const upperTail = (z: number) => erfc(z / Math.SQRT2) / 2;
/** The same without its decay `exp(-z^2 / 2)`. */
const scaledTail = (z: number) => scaledErfc(z / Math.SQRT2) / 2;

/** The z with `upperTail(z) = t upperTail(from)`, for t in (0, 1), however far out `from` is. */
function furtherOut(from: number, t: number): number {
  const goal = -Math.log(t);
  // log upperTail is concave and falls at least like -z^2 / 2: Newton's steps come down from there.
  let step = (2 * goal) / (from + Math.sqrt(from * from + 2 * goal));
  for (let i = 0; i < 60; i++) {
    const tail = scaledTail(from + step);
    const excess = goal - (step * (step + 2 * from)) / 2 + Math.log(tail / scaledTail(from));
    const move = excess * tail * Math.sqrt(2 * Math.PI);
    step = Math.max(0, step + move);
    if (Math.abs(move) < 1e-15 * step) break;
  }
  return step;
}

/**
 * The lognormal law, whole or only its part above a smallest value.
 *
 *     p(x) = exp( -(ln x - mu)^2 / (2 tau^2) ) / ( x tau sqrt(2 pi) Q(z) )   on [xmin, infinity)
 *     Q(z) = upper tail of a standard normal,  z = (ln xmin - mu) / tau
 *
 * The usual rival of a power law: over a decade or two the two look alike.
 *
 * @param logMean - mu: mean of ln x of the whole law, any finite number.
 * @param logDeviation - tau: standard deviation of ln x of the whole law, > 0.
 * @param xmin - where the law begins, in the unit of x, >= 0; 0 (the default) for the whole law.
 * @returns the law of x, in the unit of `xmin`.
 * @throws {RangeError} If a parameter is out of its range or not finite.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, table 2.1.
 * @example
 * ```ts
 * import { lognormal } from "marchenko/laws";
 * lognormal(0, 1).mean; // 1.649
 * lognormal(0, 1).quantile(0.975); // 7.099
 * lognormal(0, 1, 2).survival(4); // 0.3393
 * ```
 */
export function lognormal(logMean: number, logDeviation: number, xmin = 0): Law {
  if (!Number.isFinite(logMean)) throw new RangeError(`logMean must be finite, got ${logMean}`);
  requirePositive("logDeviation", logDeviation);
  if (!(xmin >= 0 && xmin < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`xmin must be in [0, infinity), got ${xmin}`);
  }
  const logXmin = Math.log(xmin);
  const from = (logXmin - logMean) / logDeviation;
  const kept = upperTail(from);
  const place = (x: number) => (Math.log(x) - logMean) / logDeviation;
  /** Above the whole law's median, tails are compared without their common decay. */
  const far = from > 0;

  const survival = (x: number): number => {
    if (!(x > xmin)) return 1;
    if (x === Number.POSITIVE_INFINITY) return 0;
    if (!far) return upperTail(place(x)) / kept;
    const step = Math.log(x / xmin) / logDeviation;
    return Math.exp((-step * (step + 2 * from)) / 2) * (scaledTail(from + step) / scaledTail(from));
  };
  const quantile = (p: number): number => {
    requireProbability(p);
    if (p === 0) return xmin;
    if (p === 1) return Number.POSITIVE_INFINITY;
    if (far) return xmin * Math.exp(logDeviation * furtherOut(from, 1 - p));
    const above = (1 - p) * kept;
    const z = above < 0.5 ? inverseErfc(2 * above) : -inverseErfc(2 * (1 - kept + p * kept));
    return Math.exp(logMean + logDeviation * Math.SQRT2 * z);
  };
  const moment = (k: number): number => {
    requireOrder(k);
    const shifted = from - k * logDeviation;
    if (far && shifted > 0) return xmin ** k * (scaledTail(shifted) / scaledTail(from));
    const whole = k * logMean + (k * logDeviation) ** 2 / 2;
    const above = upperTail(shifted);
    return far
      ? Math.exp(whole + from ** 2 / 2) * (above / scaledTail(from))
      : Math.exp(whole) * (above / kept);
  };
  const mean = moment(1);
  return Object.freeze({
    id: "lognormal",
    name: "Lognormal",
    support: [xmin, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean,
    variance: xmin === 0 ? mean ** 2 * Math.expm1(logDeviation ** 2) : moment(2) - mean ** 2,
    pdf(x: number) {
      if (!(x >= xmin && x > 0)) return 0;
      const unit = x * logDeviation * Math.sqrt(2 * Math.PI);
      if (!far) return Math.exp(-(place(x) ** 2) / 2) / (unit * kept);
      const step = Math.log(x / xmin) / logDeviation;
      return Math.exp((-step * (step + 2 * from)) / 2) / (unit * scaledTail(from));
    },
    cdf: (x: number) => (xmin === 0 && x > 0 ? upperTail(-place(x)) : 1 - survival(x)),
    survival,
    quantile,
    sample: (stream) =>
      xmin === 0 ? Math.exp(logMean + logDeviation * stream.normal()) : quantile(stream.uniform()),
    moment,
  } satisfies Law);
}

export const lognormalEntry: LawEntry = {
  id: "lognormal",
  name: "Lognormal",
  parameters: [
    { name: "logMean", meaning: "mu, mean of ln x of the whole law" },
    { name: "logDeviation", meaning: "tau, standard deviation of ln x of the whole law, > 0" },
    { name: "xmin", meaning: "where the law begins, >= 0; 0 for the whole law" },
  ],
  formula: "p(x) = exp(-(ln x - mu)^2 / (2 tau^2)) / (x Z), x >= xmin",
  source: "Clauset, Shalizi & Newman 2009",
  examples: () =>
    [
      [0, 1, 0],
      [-3, 0.2, 0],
      [1, 2, 0],
      [0, 1, 0.5],
      [0, 1, 20],
      [-400, 10, 0.1],
      [2, 0.1, 8],
    ].map(([logMean, logDeviation, xmin]) => lognormal(logMean!, logDeviation!, xmin)),
};
