import { z } from "zod";
import { piecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, piecewiseActivation } from "./activation.ts";

export const symmetricReluEntry = activationEntry({
  name: "symmetric-relu",
  formula: "relu(|x| - h)",
  options: z.strictObject({ h: z.number().positive().describe("half of the flat interval's width") }),
  create: ({ h }) =>
    piecewiseActivation(
      "symmetric-relu",
      piecewisePolynomial([-h, h], ["right", "left"], [[-h, -1], [0], [-h, 1]]),
      { oneSided: true },
    ),
});
