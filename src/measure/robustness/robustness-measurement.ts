import { z } from "zod";
import { defineMeasurement } from "../measurement.ts";
import type { Quantity } from "../quantity.ts";
import { hiddenRobustness } from "./hidden-robustness.ts";
import { robustnessSchema } from "./robustness-schema.ts";

const source = "the notion: Peng et al. 2023, arXiv 2309.03004; radii and numbers are this package's";

const quantities: readonly Quantity[] = [
  {
    id: "robustness.gradientNorm",
    title: "Hidden gradient",
    symbol: "Σ‖∂l/∂x‖",
    unit: "nat / x",
    formula: "mean over examples of sum_i |dl/dx_i|, x_i the tokens that enter the block",
    meaning:
      "How fast the loss rises where every token moves by the same length along its own gradient: smaller is more robust.",
    source,
  },
  {
    id: "robustness.gradientSquares",
    title: "Implicit adversarial robustness",
    symbol: "Σ‖∂l/∂x‖²",
    unit: "nat^2 / x^2",
    formula: "mean over examples of sum_i |dl/dx_i|^2 = sum_i eta_i' K K' eta_i",
    meaning: "The squared gradients that sparse effective gradients keep small: smaller is more robust.",
    source,
  },
  {
    id: "robustness.absolute.slope",
    title: "First-order slope, absolute radii",
    symbol: "S abs",
    unit: "nat",
    formula: "mean over examples of sum_i sqrt d |dl/dx_i|",
    meaning: "The loss rises by it times epsilon where tokens move by a small epsilon sqrt d.",
    source,
  },
  {
    id: "robustness.absolute.increase",
    title: "Loss increase, absolute radii",
    symbol: "Δl abs",
    unit: "nat",
    formula: "mean over examples of l(x + delta) - l(x), delta_i = epsilon sqrt d g_i / |g_i|",
    meaning: "What moving every token by epsilon sqrt d along its loss gradient costs.",
    source,
    headline: true,
  },
  {
    id: "robustness.relative.slope",
    title: "First-order slope, relative radii",
    symbol: "S rel",
    unit: "nat",
    formula: "mean over examples of sum_i |x_i| |dl/dx_i|",
    meaning: "The loss rises by it times epsilon where tokens move by a small share epsilon of their length.",
    source,
  },
  {
    id: "robustness.relative.increase",
    title: "Loss increase, relative radii",
    symbol: "Δl rel",
    unit: "nat",
    formula: "mean over examples of l(x + delta) - l(x), delta_i = epsilon |x_i| g_i / |g_i|",
    meaning:
      "What moving every token by a share epsilon of its length costs: unlike absolute radii it doesn't gain by larger features.",
    source,
  },
];

/** Robustness of the hidden features that MLP blocks take; the whole model's piece moves all blocks' tokens at once. */
export const robustnessMeasurement = defineMeasurement({
  id: "robustness",
  title: "robustness of hidden features",
  quantities,
  layer: robustnessSchema,
  model: robustnessSchema,
  settings: z.strictObject({
    epsilons: z
      .array(z.number().positive().max(1e3))
      .min(1)
      .max(16)
      .default([0.01, 0.03, 0.1])
      .describe("radii, over sqrt d and over the tokens' lengths"),
    directions: z.int().min(0).max(1000).default(4).describe("random directions for each token"),
    batches: z.int().positive().default(4).describe("batches at most whose tokens are moved"),
  }),
  byDefault: true,
  async run(part, { settings, signal, onProgress }) {
    const { blocks, all } = await hiddenRobustness(part, { ...settings, signal, onProgress });
    return { layers: blocks, model: all };
  },
});
