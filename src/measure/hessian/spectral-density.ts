import { randomStream } from "../../linalg/random.ts";
import type { ProbeOptions } from "./hutchinson.ts";
import { lanczosRitzValues, type RitzValues, type SymmetricProduct } from "./lanczos-eigenvalues.ts";

/** Grid points for each width of the kernel: the trapezoidal sum over a normal density errs by 3e-9 then. */
const POINTS_PER_WIDTH = 2;
/** Widths beyond the outermost nodes up to which the grid goes: 6e-7 of a kernel is outside. */
const WIDTHS_BEYOND = 5;
/** The width where none is given, as a share of the range of nodes. */
const DEFAULT_WIDTH = 0.01;

/** How the density of the eigenvalues of a matrix is estimated. */
export interface QuadratureOptions extends ProbeOptions {
  /** Lanczos steps from each probe. */
  readonly steps: number;
}

/** An estimate of the density of eigenvalues, of integral 1, smoothed by a normal kernel. */
export interface SpectralDensity {
  /** Standard deviation of the kernel, in the unit of the eigenvalues. */
  readonly width: number;
  /** Places, equally far from each other, and the density there. */
  readonly x: Float64Array;
  readonly density: Float64Array;
  /** The density's integral by the trapezoidal rule over the grid: 1 but for the grid's ends. */
  readonly integral: number;
  /** Mean eigenvalue: the mean over probes of v'Hv / v'v, an estimate of the trace over the dimension. */
  readonly mean: number;
  /** Over probes; null for one probe. */
  readonly meanStandardError: number | null;
}

/**
 * Stochastic Lanczos quadrature: for each random direction a Gauss rule of its spectral measure, whose mean over
 * directions is the distribution of the eigenvalues.
 *
 *     sum_i w_i f(theta_i) ~ v' f(H) v / v'v,   E of it ~ tr f(H) / dimension
 *
 * @returns a rule a probe.
 * @source Golub & Meurant 2010, Matrices, Moments and Quadrature, chapter 11; Ghorbani, Krishnan & Xiao 2019,
 *   arXiv 1901.10159 (Hessians of networks).
 */
export async function lanczosQuadrature(
  product: SymmetricProduct,
  { probes, steps, seed, purpose }: QuadratureOptions,
): Promise<RitzValues[]> {
  const rules: RitzValues[] = [];
  for (let probe = 0; probe < probes; probe++) {
    const stream = randomStream(seed, [...purpose, probe]);
    rules.push(await lanczosRitzValues(product, { steps, stream }));
  }
  return rules;
}

/**
 * The density of rules' nodes, smoothed.
 *
 *     rho(x) = mean over probes of sum_i w_i exp(-(x - theta_i)^2 / (2 h^2)) / (h sqrt(2 pi))
 *
 * @param rules - at least one.
 * @param width - h, > 0; a hundredth of the range of the nodes by default.
 * @returns null where all nodes are the same number and no width is given: there is nothing to smooth.
 */
export function smoothedDensity(
  rules: readonly Pick<RitzValues, "nodes" | "weights">[],
  width?: number,
): SpectralDensity | null {
  const nodes = rules.flatMap((rule) => rule.nodes);
  const least = nodes.reduce((a, b) => Math.min(a, b));
  const largest = nodes.reduce((a, b) => Math.max(a, b));
  const h = width ?? DEFAULT_WIDTH * (largest - least);
  if (!(h > 0)) return null;
  const pitch = h / POINTS_PER_WIDTH;
  const from = least - WIDTHS_BEYOND * h;
  const count = Math.ceil((largest - least) / pitch) + 2 * WIDTHS_BEYOND * POINTS_PER_WIDTH + 1;
  const x = Float64Array.from({ length: count }, (_, i) => from + i * pitch);
  const density = new Float64Array(count);
  for (const rule of rules) {
    for (const [i, node] of rule.nodes.entries()) {
      const height = rule.weights[i]! / (rules.length * h * Math.sqrt(2 * Math.PI));
      for (let k = 0; k < count; k++) density[k]! += height * Math.exp(-0.5 * ((x[k]! - node) / h) ** 2);
    }
  }
  const inner = density.reduce((a, b) => a + b, 0) - (density[0]! + density.at(-1)!) / 2;
  const means = rules.map((rule) => rule.nodes.reduce((sum, node, i) => sum + rule.weights[i]! * node, 0));
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const squares = means.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return {
    width: h,
    x,
    density,
    integral: inner * pitch,
    mean,
    meanStandardError: means.length > 1 ? Math.sqrt(squares / (means.length - 1) / means.length) : null,
  };
}
