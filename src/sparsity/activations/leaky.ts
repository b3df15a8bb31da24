import { z } from "zod";
import { add } from "../../autodiff/ops/add.ts";
import { applyPiecewise } from "../../autodiff/ops/piecewise-polynomial.ts";
import {
  combinePiecewise,
  piecewiseDerivative,
  piecewisePolynomial,
} from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, activationSpec, piecewiseActivation } from "./activation.ts";

/** min(x, 0). */
const negativePart = piecewisePolynomial([0], ["right"], [[0, 1], [0]]);

/** @source Maas, Hannun & Ng 2013 (leaky ReLU). */
export const leakyEntry = activationEntry({
  name: "leaky",
  formula: "inner(x) + slope min(x, 0)",
  options: z.strictObject({
    inner: activationSpec.default("relu").describe("the function that gets a slope on the left"),
    slope: z.number().positive().default(0.01),
  }),
  create({ inner, slope }, resolve) {
    const whole = resolve(inner);
    if (whole.polynomial) {
      const polynomial = combinePiecewise(1, whole.polynomial, slope, negativePart);
      return piecewiseActivation("leaky", polynomial, { oneSided: whole.oneSided });
    }
    const leak = combinePiecewise(slope, negativePart, 0, negativePart);
    const steep = piecewiseDerivative(leak);
    return {
      name: "leaky",
      oneSided: whole.oneSided,
      habitat: { x: [], y: [] },
      apply: (x) => add(whole.apply(x), applyPiecewise(leak, x)),
      derivative: (x) => add(whole.derivative(x), applyPiecewise(steep, x)),
    };
  },
});
