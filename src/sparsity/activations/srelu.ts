import { z } from "zod";
import { piecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, piecewiseActivation } from "./activation.ts";

export const sreluEntry = activationEntry({
  name: "srelu",
  formula: "relu(x - h) - relu(-x - h)",
  options: z.strictObject({ h: z.number().positive().describe("half of the flat interval's width") }),
  create: ({ h }) =>
    piecewiseActivation("srelu", piecewisePolynomial([-h, h], ["right", "left"], [[h, 1], [0], [-h, 1]]), {
      oneSided: false,
    }),
});
