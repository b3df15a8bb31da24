import { z } from "zod";
import { piecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, piecewiseActivation } from "./activation.ts";

export const denseReluEntry = activationEntry({
  name: "dense-relu",
  formula: "relu(h - |x|)",
  options: z.strictObject({
    h: z.number().positive().describe("half of the width of the interval that isn't flat"),
  }),
  create: ({ h }) =>
    piecewiseActivation(
      "dense-relu",
      piecewisePolynomial([-h, 0, h], ["left", "right", "right"], [[0], [h, 1], [h, -1], [0]]),
      { oneSided: true },
    ),
});
