import { scaled } from "../estimate.ts";
import { exampleSum, square } from "./entry-parts.ts";
import { defineMeter } from "./meter.ts";

const source = "the notion: Peng et al. 2023, arXiv 2309.03004; the number is this package's";

/** How much the loss depends on what enters the block. */
export const implicitRobustness = defineMeter({
  id: "implicitRobustness",
  title: "Implicit adversarial robustness",
  nested: true,
  values: ({ x, gX }) => ({ gradient: exampleSum(square(gX)), input: exampleSum(square(x)) }),
  numbers: {
    squaredGradient: {
      title: "Implicit adversarial robustness",
      symbol: "IAR",
      headline: true,
      unit: "loss^2 / feature^2",
      formula: "mean_b sum_i ||dl / dx_i||^2, by way of the block",
      meaning: "Squared gradients for the block's inputs; less is more robust, in absolute radii.",
      source,
      estimate: ({ mean }) => mean("gradient"),
    },
    inputSquaredNorm: {
      title: "Squared norm of inputs",
      symbol: "||x||^2",
      headline: true,
      unit: "feature^2",
      formula: "mean_i ||x_i||^2",
      meaning: "Squared length of a token that enters the block: flatness can be bought by shrinking it.",
      source,
      estimate: ({ mean, tokens }) => scaled(mean("input"), 1 / tokens),
    },
  },
});
