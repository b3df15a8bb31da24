import { z } from "zod";
import { hyperbolicTangent } from "../../autodiff/ops/hyperbolic-tangent.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import type { Value } from "../../autodiff/value.ts";
import { activationEntry, derivativeOf } from "./activation.ts";

/** x / (1 + e^-x) = x (1 + tanh(x / 2)) / 2, which overflows nowhere. */
function silu(x: Value): Value {
  return multiply(x, linear(hyperbolicTangent(linear(x, 0.5)), 0.5, 0.5));
}

/** @source Hendrycks & Gimpel 2016, arXiv 1606.08415, section 2; Elfwing et al. 2017, arXiv 1702.03118. */
export const siluEntry = activationEntry({
  name: "silu",
  formula: "x / (1 + e^-x)",
  options: z.strictObject({}),
  create: () => ({
    name: "silu",
    oneSided: false,
    habitat: { x: [], y: [] },
    huggingFace: "silu",
    apply: silu,
    derivative: derivativeOf(silu),
  }),
});
