import { add } from "../../autodiff/ops/add.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { normalize } from "../../autodiff/ops/normalize.ts";
import type { Value } from "../../autodiff/value.ts";
import { zeros } from "../initialisers.ts";
import type { Tracer } from "../tracer.ts";
import { type Norm, normScale } from "./norm-scale.ts";

/**
 * LayerNorm: w (x - mean) / sqrt(variance + epsilon) + b; restricted from scratch it has no b, and while finetuning b
 * stays as it came.
 *
 * @param x - shape [..., d].
 */
export function layerNorm(tracer: Tracer, x: Value, norm: Norm): Value {
  const scaled = multiply(normalize(x, norm.epsilon), normScale(tracer, norm, x.shape.at(-1)!));
  const restriction = norm.beforeMlp ? tracer.restriction : null;
  if (restriction && restriction.upliftSteps === null) return scaled;
  const bias = tracer.parameter({
    name: `${norm.name}.bias`,
    shape: [x.shape.at(-1)!],
    initial: zeros,
    role: "norm-bias",
    ...(restriction && { trainable: false }),
  });
  return add(scaled, bias);
}
