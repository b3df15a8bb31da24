import { z } from "zod";
import { hyperbolicTangent } from "../../autodiff/ops/hyperbolic-tangent.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import type { Value } from "../../autodiff/value.ts";
import { activationEntry, derivativeOf } from "./activation.ts";
import { geluHabitat } from "./gelu.ts";

/** GELU's approximation by tanh: GPT-2's, and that of T5's gated blocks. */
function geluNew(x: Value): Value {
  // x + 0.044715 x^3 = x (1 + 0.044715 x^2)
  const inner = multiply(x, linear(multiply(x, x), 0.044715, 1));
  return multiply(x, linear(hyperbolicTangent(linear(inner, Math.sqrt(2 / Math.PI))), 0.5, 0.5));
}

/** @source Hendrycks & Gimpel 2016, arXiv 1606.08415, section 2. */
export const geluNewEntry = activationEntry({
  name: "gelu-new",
  formula: "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2",
  options: z.strictObject({}),
  create: () => ({
    name: "gelu-new",
    oneSided: false,
    habitat: geluHabitat,
    huggingFace: "gelu_new",
    apply: geluNew,
    derivative: derivativeOf(geluNew),
  }),
});
