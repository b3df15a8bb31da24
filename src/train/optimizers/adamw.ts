import { z } from "zod";
import { adamOptions, adamScheduled, adamSlots, adamUpdate } from "./adam-moments.ts";
import { commonOptions, defineOptimizer } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay: w <- w - rate (m^ / (sqrt v^ + epsilon) + decay w).
 *
 * @source Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2.
 */
export const adamw = defineOptimizer({
  name: "adamw",
  options: z.strictObject({ ...commonOptions, ...adamOptions }),
  create: (options) => ({
    slots: adamSlots,
    scheduled: adamScheduled(options.betas),
    update: (input) => adamUpdate(input, input.gradient, input.factor, options, input.weightDecay),
  }),
});
