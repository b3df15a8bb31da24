import { z } from "zod";
import { erf } from "../../autodiff/ops/error-function.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import type { Value } from "../../autodiff/value.ts";
import { activationEntry, derivativeOf, FLAT_VALUE_MARGIN, type Habitat } from "./activation.ts";

/** x Phi(x), of the normal distribution function Phi. */
function gelu(x: Value): Value {
  return multiply(x, linear(erf(linear(x, Math.SQRT1_2)), 0.5, 0.5));
}

/** Where a GELU counts as flat: it is nowhere exactly so. */
export const geluHabitat: Habitat = {
  x: [[Number.NEGATIVE_INFINITY, -1]],
  y: [[-FLAT_VALUE_MARGIN, FLAT_VALUE_MARGIN]],
};

/** @source Hendrycks & Gimpel 2016, arXiv 1606.08415. */
export const geluEntry = activationEntry({
  name: "gelu",
  formula: "x (1 + erf(x / sqrt 2)) / 2",
  options: z.strictObject({}),
  create: () => ({
    name: "gelu",
    oneSided: false,
    habitat: geluHabitat,
    huggingFace: "gelu",
    apply: gelu,
    derivative: derivativeOf(gelu),
  }),
});
