import { z } from "zod";
import { piecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, piecewiseActivation } from "./activation.ts";

const squaredRelu = piecewisePolynomial([0], ["left"], [[0], [0, 0, 1]]);

/** @source So et al. 2021, arXiv 2109.08668 (Primer). */
export const squaredReluEntry = activationEntry({
  name: "squared-relu",
  formula: "max(x, 0)^2",
  options: z.strictObject({}),
  create: () => piecewiseActivation("squared-relu", squaredRelu, { oneSided: true, huggingFace: "relu2" }),
});
