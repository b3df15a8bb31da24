import { UsageError } from "../errors.ts";
import { type GaussRule, gaussRule } from "../linalg/gauss-rule.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { randomStream } from "../linalg/random.ts";
import { extend, newProbe } from "./lanczos-probe.ts";
import { multiplyTall, multiplyWide, type RowBlocks, rowsOf, unitOfRows } from "./row-blocks.ts";
import {
  curveAt,
  lowerJumps,
  meanCurve,
  midpoints,
  quantileOf,
  splitAtoms,
  stepsUp,
  upperJumps,
  widest,
} from "./spectral-measure.ts";

const eps = Number.EPSILON / 2;
const defaultProbes = 6;
const defaultSteps = 100;
const defaultExtremes = 8;
/** A Ritz value whose residual is under this times the largest is an eigenvalue, and its weight sits there. */
const atomTolerance = 1e-10;
/** 95 % quantile of the Kolmogorov distribution. */
const kolmogorov95 = 1.3581;

/** Options of {@link estimateSpectrum}. */
export interface SpectralEstimateOptions {
  /** Of the probes. */
  readonly seed: number | string;
  /** Random directions that are averaged, at least 1; 6 by default. */
  readonly probes?: number;
  /** Lanczos steps from each, at least 1; 100 by default. */
  readonly steps?: number;
  /** Most values that `top` and `bottom` hold; 8 by default. */
  readonly extremes?: number;
}

/** A Ritz value: some singular value of W is within `residual` of `value`, both in the unit of W. */
export interface RitzValue {
  readonly value: number;
  readonly residual: number;
}

/** An estimate of the eigenvalue distribution F of `W'W / N`, N the larger side; never exact. */
export interface SpectralEstimate {
  readonly rows: number;
  readonly columns: number;
  /** Estimate of F(x), the share of the M eigenvalues that are at most x; x in the unit of the weights squared. */
  cdf(x: number): number;
  /** The smallest x with `cdf(x) >= p`, for p in [0, 1]. */
  quantile(p: number): number;
  /** F(x) is between these, for all x at once with 95 % confidence. */
  band(x: number): { readonly lower: number; readonly upper: number };
  /** Standard error of `cdf(x)` from the choice of the probes alone; the largest that the quadrature allows. */
  standardError(x: number): number;
  /** Largest distance of `cdf` from the mean of the probes' own distributions, for certain. */
  readonly quadratureBound: number;
  /** That mean is within this of F, everywhere at once with 95 % confidence, since it errs like a Brownian bridge. */
  readonly samplingBound: number;
  /** How far all of this may be shifted along x. */
  readonly resolution: number;
  /** Descending; the i-th is at most s_i. Equal singular values are seen once. */
  readonly top: readonly RitzValue[];
  /** Ascending; the i-th is at least the i-th smallest singular value. */
  readonly bottom: readonly RitzValue[];
  /** Square root of the sum of the squared entries, to a few eps: not an estimate. */
  readonly frobeniusNorm: number;
  readonly probes: number;
  /** Fewer than asked for if W has fewer different singular values. */
  readonly steps: number;
  readonly exact: false;
}

/**
 * Estimate of the eigenvalue distribution of a matrix too large for all its singular values.
 *
 *     F(x)  ~  mean over probes v of  sum of w_i over theta_i <= x
 *
 * theta_i and w_i are the nodes and weights of the Gauss quadrature that Lanczos on W'W / N, or W W' / N of the smaller
 * side, makes of the probe: a random direction. Between nodes half a weight counts to either side, which stays between
 * the bounds of Chebyshev, Markov and Stieltjes that `band` is made of; nodes that have converged to an eigenvalue are
 * jumps. A probe's own distribution has the mean F and the variance 2 F (1 - F) / (M + 2) whatever W is, M the smaller
 * side, so `standardError` and `samplingBound` need not be estimated from how the probes differ.
 *
 * W is touched by products only: it is read `1 + steps` times if rows >= columns, else `1 + 2 steps` times, at
 * `4 probes` operations an entry and step. Memory: `probes (steps + 1) M` float64, and for rows < columns `probes N`.
 * The quadrature's bound falls as 1 / steps, the probes' as 1 / sqrt(M probes). Up to
 * M of about 20000 {@link computeSpectrum} is as fast, and exact, where memory holds M^2 numbers.
 *
 * @param source - W, at least one entry, all finite: a matrix, or something that reads it by rows.
 * @returns the estimate; the same bits for the same seed, however the rows come in blocks.
 * @throws {UsageError} If an option is out of range, W has no entry or one that is not finite, or blocks do not make
 *   up the rows in their order.
 * @source Chen, Trogdon & Ubaru 2021, ICML, arXiv:2105.06595 (error bounds); Lin, Saad & Yang 2016, SIAM Review
 *   58:34-65; Golub & Meurant 2010, Matrices, Moments and Quadrature; Szego 1939, section 3.41 (separation theorem).
 * @example
 * ```ts
 * import { estimateSpectrum } from "marchenko";
 * const w = { rows: 3, columns: 2, data: Float64Array.of(3, 0, 0, 4, 0, 0) };
 * const estimate = await estimateSpectrum(w, { seed: 1 });
 * estimate.top.map(({ value }) => value); // [4.000000, 3.000000]
 * estimate.quantile(1); // 5.333333
 * estimate.frobeniusNorm; // 5
 * ```
 */
export async function estimateSpectrum(
  source: MatrixLike | RowBlocks,
  options: SpectralEstimateOptions,
): Promise<SpectralEstimate> {
  const w = rowsOf(source);
  const { rows, columns } = w;
  const order = Math.min(rows, columns);
  const larger = Math.max(rows, columns);
  const probeCount = countOf("probes", options.probes ?? defaultProbes);
  const steps = Math.min(countOf("steps", options.steps ?? defaultSteps), order);
  const extremes = countOf("extremes", options.extremes ?? defaultExtremes);
  if (order === 0) throw new UsageError(`an estimate needs at least one entry, got ${rows} x ${columns}`);
  const unit = await unitOfRows(w);

  const probes = Array.from({ length: probeCount }, (_, i) =>
    newProbe(order, steps, randomStream(options.seed, ["lanczos-quadrature", order, i])),
  );
  const multiply = rows >= columns ? multiplyTall : multiplyWide;
  let squares = 0;
  let taken = 0;
  for (let open = probes; open.length > 0 && taken < steps; taken++) {
    const sum = await multiply(w, unit, open, taken);
    if (taken === 0) squares = sum;
    for (const probe of open) extend(probe, order);
    open = open.filter(({ beta }) => beta.at(-1)! > 0);
  }

  const rules = probes.map(({ alpha, beta }) => withoutSigns(gaussRule(alpha, beta)));
  const largest = rules.reduce((most, { nodes }) => Math.max(most, nodes.at(-1)!), 0);
  // Of products with W'W, whose sums have up to N and M terms. Seen on constant matrices, whose rounding errors are all
  // alike, of 8 x 300 to 16 x 100000: a quarter of it.
  const rounding = eps * (larger + order + 8) * largest;
  const scale = (unit * unit) / larger;
  const limit = Math.max(squares, largest);
  const measures = rules.map((rule) => splitAtoms(rule, atomTolerance * largest + rounding));
  const estimate = meanCurve(measures.map(midpoints));
  const lower = stepsUp(measures.map((measure) => lowerJumps(measure, limit)));
  const upper = stepsUp(measures.map(upperJumps));
  const quadratureBound = widest(estimate, lower, upper);
  const samplingVariance = 2 / ((order + 2) * probeCount);
  const samplingBound = kolmogorov95 * Math.sqrt(samplingVariance);
  const ritz = (theta: number, residual: number): RitzValue => {
    const error = residual + rounding;
    // |s^2 - theta| <= error bounds |s - sqrt theta| by the error over its root, and by the root of the error.
    const value = Math.sqrt(theta);
    return { value: value * unit, residual: (error / Math.max(value, Math.sqrt(error)) || 0) * unit };
  };
  return {
    rows,
    columns,
    cdf: (x) => Math.min(1, curveAt(estimate, x / scale)),
    quantile: (p) => quantileOf(estimate, p) * scale,
    band: (x) => ({
      lower: Math.max(0, curveAt(lower, x / scale) - samplingBound),
      upper: x < 0 ? 0 : Math.min(1, curveAt(upper, x / scale) + samplingBound),
    }),
    standardError: (x) => {
      const [least, most] = [curveAt(lower, x / scale), curveAt(upper, x / scale)];
      const share = Math.min(Math.max(0.5, least), most);
      return Math.sqrt(Math.max(0, samplingVariance * share * (1 - share)));
    },
    quadratureBound,
    samplingBound,
    resolution: (atomTolerance * largest + 2 * rounding) * scale,
    top: outermost(rules, extremes, (nodes, i) => nodes.length - 1 - i, 1).map(([t, r]) => ritz(t, r)),
    bottom: outermost(rules, extremes, (_, i) => i, -1).map(([t, r]) => ritz(t, r)),
    frobeniusNorm: Math.sqrt(squares) * unit,
    probes: probeCount,
    steps: taken,
    exact: false,
  };
}

/** Eigenvalues of W'W are not negative: nodes that rounding took below 0 are 0. */
function withoutSigns(rule: GaussRule): GaussRule {
  return { ...rule, nodes: rule.nodes.map((node) => Math.max(0, node)) };
}

function countOf(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`${name} must be a whole number of at least 1, got ${value}`);
}

/** The i-th node from one end over all rules, the outermost and so the closest, with its residual. */
function outermost(
  rules: readonly GaussRule[],
  most: number,
  place: (nodes: readonly number[], i: number) => number,
  sign: 1 | -1,
): [number, number][] {
  const length = Math.min(most, Math.max(...rules.map(({ nodes }) => nodes.length)));
  return Array.from({ length }, (_, i) =>
    rules
      .filter(({ nodes }) => nodes.length > i)
      .map(({ nodes, residuals }): [number, number] => {
        const at = place(nodes, i);
        return [nodes[at]!, residuals[at]!];
      })
      .reduce((best, each) => (sign * each[0] > sign * best[0] ? each : best)),
  );
}
