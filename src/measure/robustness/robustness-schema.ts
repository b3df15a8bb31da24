import { z } from "zod";

const number = z.number().nullable();
const share = z.number().min(0).max(1).nullable();
const error = z.number().nonnegative().nullable().describe("Standard error over examples.");

const disturbed = z.object({
  epsilon: z.number().positive(),
  firstOrder: number.describe("Increase of the loss where tokens are moved along their gradients, in nats."),
  firstOrderStandardError: error,
  firstOrderChanged: share.describe("Share of predictions that change."),
  firstOrderChangedStandardError: error,
  randomMean: number.describe("Increase in the mean over random directions."),
  randomMeanStandardError: error,
  randomLargest: number.describe("The largest increase over random directions, of each example."),
  randomLargestStandardError: error,
  randomChanged: share.describe("Share of predictions that change along random directions."),
  randomChangedStandardError: error,
});

const byRadius = z.object({
  slope: number.describe("sum_i r_i |dl/dx_i|: what the first-order increase over epsilon tends to."),
  slopeStandardError: error,
  increase: number.describe("First-order increase of the loss at the largest epsilon, in nats."),
  increaseStandardError: error,
  radii: z.array(disturbed),
});

/** How the loss takes a move of the tokens of one block, or of all blocks at once; means over examples. */
export const robustnessSchema = z.object({
  gradientNorm: number.describe(
    "sum_i |dl/dx_i| over the tokens of an example, in nats over a token's unit.",
  ),
  gradientNormStandardError: error,
  gradientSquares: number.describe("sum_i |dl/dx_i|^2: implicit adversarial robustness."),
  gradientSquaresStandardError: error,
  examples: z.int().positive().describe("Of whom tokens are moved; gradients are those of all."),
  absolute: byRadius.describe("r_i = sqrt d."),
  relative: byRadius.describe("r_i = |x_i|."),
});

export type Robustness = z.output<typeof robustnessSchema>;
