import { z } from "zod";
import { type PiecewisePolynomial, piecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, piecewiseActivation } from "./activation.ts";

/** max(x, 0); the derivative at 0 is 0. */
export const relu: PiecewisePolynomial = piecewisePolynomial([0], ["left"], [[0], [0, 1]]);

export const reluEntry = activationEntry({
  name: "relu",
  formula: "max(x, 0)",
  options: z.strictObject({}),
  create: () => piecewiseActivation("relu", relu, { oneSided: true, huggingFace: "relu" }),
});
