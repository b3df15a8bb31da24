import { multiply } from "../../autodiff/ops/multiply.ts";
import type { Value } from "../../autodiff/value.ts";
import type { Tracer } from "../tracer.ts";

/** Where a value is dropped from, and how much of it. */
export interface Dropout {
  /** Path of the module; its mask is the input `NAME.dropout`. */
  readonly name: string;
  /** p, the share of entries that become 0, in [0, 1). */
  readonly rate: number;
}

/**
 * Inverted dropout while training: m x, where each entry of m is 1 / (1 - p) with probability 1 - p, else 0, drawn
 * anew with each step. In evaluation, and at rate 0, it is x itself.
 *
 * @param x - any shape.
 * @returns the same shape, with mean x.
 * @source Srivastava et al. 2014, JMLR 15; scaled while training, as torch.nn.functional.dropout does.
 */
export function dropout(tracer: Tracer, x: Value, { name, rate }: Dropout): Value {
  if (rate === 0 || !tracer.options.training) return x;
  return multiply(x, tracer.maskDraws(`${name}.dropout`, x.shape, 1 - rate));
}
