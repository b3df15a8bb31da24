import { type GaussRule, gaussRule } from "../../linalg/gauss-rule.ts";
import { orthonormalize } from "../../linalg/orthonormalize.ts";
import type { RandomStream } from "../../linalg/random.ts";

/** Steps between two looks at how far the wanted eigenvalues have converged. */
const STEPS_BETWEEN_LOOKS = 4;

/** What products go through. */
export interface SymmetricProduct {
  readonly dimension: number;
  multiply(v: Float64Array): Promise<Float64Array>;
}

export interface LanczosOptions {
  /** Products at most; the dimension at most. */
  readonly steps: number;
  readonly stream: RandomStream;
  /** Ends before all steps where {@link extremeEigenvalues} has these residuals, relative to the largest |eigenvalue|. */
  readonly enough?: { readonly count: number; readonly tolerance: number } | undefined;
}

/** Ritz values of a symmetric matrix for one random direction. */
export interface RitzValues extends GaussRule {
  /** How far products were from those of a symmetric matrix: what rounding adds to each residual. */
  readonly rounding: number;
}

/** A number that an eigenvalue is near to: some eigenvalue is within `residual` of `value`. */
export interface BoundedEigenvalue {
  readonly value: number;
  readonly residual: number;
}

/** Both ends of a spectrum. */
export interface ExtremeEigenvalues {
  /** The largest ones, descending. */
  readonly top: readonly BoundedEigenvalue[];
  /** The smallest one: the most negative, where one is negative. */
  readonly least: BoundedEigenvalue;
}

/**
 * Lanczos from a random direction, made orthogonal to all before twice at each step, in float64.
 *
 * The products' own rounding is seen: in exact arithmetic a product is orthogonal to all directions but the last three.
 * What it has along the others, as a Frobenius norm over all steps, is `rounding`.
 *
 * @returns nodes, ascending, with weights and residuals: a Gauss rule for the direction's spectral measure.
 * @source Parlett 1998, The Symmetric Eigenvalue Problem, chapter 13 and section 4.5 (residual bounds).
 */
export async function lanczosRitzValues(
  { dimension, multiply }: SymmetricProduct,
  { steps, stream, enough }: LanczosOptions,
): Promise<RitzValues> {
  const most = Math.min(steps, dimension);
  // One row more than directions, for the product that leads out of them.
  const basis = new Float64Array(Math.min(most + 1, dimension) * dimension);
  for (let j = 0; j < dimension; j++) basis[j] = stream.normal();
  orthonormalize(basis, 0, dimension, stream);
  const alpha: number[] = [];
  const beta: number[] = [];
  let drift = 0;
  for (let step = 0; step < most; step++) {
    const direction = basis.subarray(step * dimension, (step + 1) * dimension);
    const product = await multiply(direction);
    const coefficients = new Float64Array(step + 2);
    if (step + 1 < dimension) {
      basis.set(product, (step + 1) * dimension);
      coefficients.set(orthonormalize(basis, step + 1, dimension, stream));
    } else {
      for (let i = 0; i <= step; i++) {
        for (let j = 0; j < dimension; j++) coefficients[i]! += basis[i * dimension + j]! * product[j]!;
      }
    }
    for (let i = 0; i < step; i++) {
      drift += (coefficients[i]! - (i === step - 1 ? beta[i]! : 0)) ** 2;
    }
    alpha.push(coefficients[step]!);
    beta.push(coefficients[step + 1]!);
    if (enough && step % STEPS_BETWEEN_LOOKS === STEPS_BETWEEN_LOOKS - 1) {
      const { top, least } = extremeEigenvalues([{ ...gaussRule(alpha, beta), rounding: 0 }], enough.count);
      const scale = enough.tolerance * Math.max(Math.abs(top[0]!.value), Math.abs(least.value));
      if (top.length === enough.count && [...top, least].every(({ residual }) => residual <= scale)) break;
    }
  }
  return { ...gaussRule(alpha, beta), rounding: Math.sqrt(drift) };
}

/**
 * The ends of a spectrum by Ritz values: for each place from an end, the outermost of several directions.
 *
 * A Ritz value is never outside of the spectrum by more than rounding, so that the outermost is the closest.
 *
 * @param count - largest ones that are wanted, at least 1.
 */
export function extremeEigenvalues(rules: readonly RitzValues[], count: number): ExtremeEigenvalues {
  const all = (place: (length: number) => number) =>
    rules.flatMap(({ nodes, residuals, rounding }) => {
      const at = place(nodes.length);
      return at >= 0 ? [{ value: nodes[at]!, residual: residuals[at]! + rounding }] : [];
    });
  const most = Math.min(count, Math.max(...rules.map(({ nodes }) => nodes.length)));
  return {
    top: Array.from({ length: most }, (_, i) =>
      all((length) => length - 1 - i).reduce((a, b) => (b.value > a.value ? b : a)),
    ),
    least: all(() => 0).reduce((a, b) => (b.value < a.value ? b : a)),
  };
}
