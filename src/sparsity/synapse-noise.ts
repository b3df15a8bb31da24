import { sumRows } from "../autodiff/ops/broadcasting.ts";
import { detach } from "../autodiff/ops/detach.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { multiply } from "../autodiff/ops/multiply.ts";
import { squareRoot } from "../autodiff/ops/square-root.ts";
import { sumOfSquares } from "../autodiff/ops/sum-of-squares.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";

/** s = rho times the root mean square of W, shape `[]`. */
export function noiseScale(weight: Value, rho: number): Value {
  return linear(squareRoot(linear(sumOfSquares(weight), 1 / sizeOf(weight.shape))), rho);
}

/**
 * What independent noise on the weights for each token adds to a layer's output: s |x_i| eps_i, in law the same as
 * (s N_i) x_i with a normal matrix N_i of token i's own; no gradient flows.
 *
 * @param x - the layer's input, shape [B, T, in].
 * @param weight - W.
 * @param draws - eps, normal entries, shape [B, T, out].
 * @param rho - standard deviation over the root mean square of W.
 * @source Peng et al. 2023, arXiv 2309.03004.
 */
export function tokenwiseNoise(x: Value, weight: Value, draws: Value, rho: number): Value {
  const length = squareRoot(sumRows(multiply(x, x)));
  return detach(multiply(multiply(length, noiseScale(weight, rho)), draws));
}

/**
 * The same noise s N on the weights for all tokens; no gradient flows.
 *
 * @param draws - N, normal entries, of the shape of W.
 * @returns what is added to W.
 */
export function sharedNoise(weight: Value, draws: Value, rho: number): Value {
  return detach(multiply(noiseScale(weight, rho), draws));
}
