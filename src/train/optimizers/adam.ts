import { z } from "zod";
import { constant } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { adamOptions, adamScheduled, adamSlots, adamUpdate } from "./adam-moments.ts";
import { commonOptions, defineOptimizer } from "./optimizer.ts";

/**
 * Adam; weight decay is L2 regularisation: decay w is added to the gradient.
 *
 * @source Kingma & Ba 2015, arXiv 1412.6980, algorithm 1.
 */
export const adam = defineOptimizer({
  name: "adam",
  options: z.strictObject({ ...commonOptions, ...adamOptions }),
  create: (options) => ({
    slots: adamSlots,
    scheduled: adamScheduled(options.betas),
    update(input) {
      const { weights, gradient, factor, weightDecay } = input;
      if (weightDecay === 0) return adamUpdate(input, gradient, factor, options, 0);
      const regularised = add(multiply(gradient, factor), linear(weights, weightDecay));
      return adamUpdate(input, regularised, constant(1), options, 0);
    },
  }),
});
