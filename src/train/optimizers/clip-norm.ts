import { constant } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { divide } from "../../autodiff/ops/divide.ts";
import { minimum } from "../../autodiff/ops/minimum.ts";
import { squareRoot } from "../../autodiff/ops/square-root.ts";
import { sumOfSquares } from "../../autodiff/ops/sum-of-squares.ts";
import type { Value } from "../../autodiff/value.ts";

/** What torch adds to the norm before it divides, so that zero gradients stay zero. */
const CLIP_EPSILON = 1e-6;

/** The Euclidean norm of all gradients together, shape `[]`. */
export function globalNorm(gradients: readonly Value[]): Value {
  return squareRoot(gradients.map(sumOfSquares).reduce(add, constant(0)));
}

/**
 * What gradients are multiplied by so that their norm is at most c: min(1, c / (norm + 1e-6)).
 *
 * @param norm - of {@link globalNorm}.
 * @param largest - c; without it the factor is 1.
 * @source Pascanu et al. 2013, arXiv 1211.5063, algorithm 1; torch.nn.utils.clip_grad_norm_.
 */
export function clipFactor(norm: Value, largest: number | undefined): Value {
  if (largest === undefined) return constant(1);
  return minimum(constant(1), divide(constant(largest), add(norm, constant(CLIP_EPSILON))));
}
