import { z } from "zod";
import { add } from "../../autodiff/ops/add.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { subtract } from "../../autodiff/ops/subtract.ts";
import { commonOptions, defineOptimizer } from "./optimizer.ts";

/**
 * Stochastic gradient descent with momentum: v <- mu v + g, w <- w - rate v; Nesterov's form steps by g + mu v.
 * Weight decay is L2 regularisation: g includes decay w.
 *
 * @source Sutskever et al. 2013, ICML, in the form of torch.optim.SGD without dampening.
 */
export const sgd = defineOptimizer({
  name: "sgd",
  options: z.strictObject({
    ...commonOptions,
    /** mu, in [0, 1). */
    momentum: z.number().min(0).lt(1).default(0),
    /** Whether the step looks ahead by the momentum. */
    nesterov: z.boolean().default(false),
  }),
  create: ({ momentum, nesterov }) => ({
    slots: momentum === 0 ? [] : ["velocity"],
    scheduled: [],
    update({ weights, gradient, factor, rate, weightDecay, state }) {
      const clipped = multiply(gradient, factor);
      const own = weightDecay === 0 ? clipped : add(clipped, linear(weights, weightDecay));
      const step = (direction: typeof own) => subtract(weights, multiply(direction, rate));
      if (momentum === 0) return { weights: step(own), state: {} };
      const velocity = add(linear(state("velocity"), momentum), own);
      return {
        weights: step(nesterov ? add(own, linear(velocity, momentum)) : velocity),
        state: { velocity },
      };
    },
  }),
});
