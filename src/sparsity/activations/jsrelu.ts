import { z } from "zod";
import { type PiecewisePolynomial, piecewisePolynomial } from "../../autodiff/piecewise-polynomial.ts";
import { activationEntry, piecewiseActivation } from "./activation.ts";

/**
 * The jumping squared ReLU: x^2 / 2 + x for x >= 0, else 0; its derivative jumps from 0 to 1 at 0, where it is 1.
 *
 * @param clipAt - c > 0: beyond it the function goes on as its tangent, (c + 1) (x - c) + c^2 / 2 + c.
 */
export function jumpingSquaredRelu(clipAt?: number): PiecewisePolynomial {
  const parabola = [0, 1, 0.5];
  if (clipAt === undefined) return piecewisePolynomial([0], ["right"], [[0], parabola]);
  const tangent = [-(clipAt ** 2) / 2, clipAt + 1];
  return piecewisePolynomial([0, clipAt], ["right", "left"], [[0], parabola, tangent]);
}

/** @source Peng et al. 2023, arXiv 2309.03004. */
export const jsreluEntry = activationEntry({
  name: "jsrelu",
  formula: "x^2 / 2 + x for x >= 0, else 0",
  options: z.strictObject({
    clipAt: z
      .number()
      .positive()
      .optional()
      .describe("where the tangent takes over, which keeps it from overflowing"),
  }),
  create: ({ clipAt }) => piecewiseActivation("jsrelu", jumpingSquaredRelu(clipAt), { oneSided: true }),
});
