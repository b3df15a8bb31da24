import { multiply } from "../../autodiff/ops/multiply.ts";
import { rootMeanSquareNormalize } from "../../autodiff/ops/normalize.ts";
import type { Value } from "../../autodiff/value.ts";
import type { Tracer } from "../tracer.ts";
import { type Norm, normScale } from "./norm-scale.ts";

/**
 * RMS norm: w x / sqrt(mean square + epsilon).
 *
 * @param x - shape [..., d].
 */
export function rmsNorm(tracer: Tracer, x: Value, norm: Norm): Value {
  return multiply(rootMeanSquareNormalize(x, norm.epsilon), normScale(tracer, norm, x.shape.at(-1)!));
}
