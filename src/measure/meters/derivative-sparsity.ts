import { entriesInside } from "../../sparsity/activations/activation.ts";
import { scaled } from "../estimate.ts";
import { exampleSum, square } from "./entry-parts.ts";
import { defineMeter } from "./meter.ts";

const source = "Peng et al. 2026, arXiv 2605.25612";

/** How many activations have a derivative of zero, and how large the derivatives are. */
export const derivativeSparsity = defineMeter({
  id: "derivativeSparsity",
  title: "Derivative sparsity",
  nested: false,
  values: ({ p, gamma, activity }) => ({
    flat: exampleSum(entriesInside(activity.habitat.x, p)),
    square: exampleSum(square(gamma)),
  }),
  numbers: {
    derivativeSparsity: {
      title: "Derivative sparsity",
      symbol: "flat",
      headline: true,
      unit: "1",
      formula: "mean 1[p in habitat x]",
      meaning: "Share of pre-activations where the activation function is flat; more is sparser.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("flat"), 1 / (tokens * neurons)),
    },
    squaredDerivative: {
      title: "Squared derivative",
      symbol: "gamma^2",
      headline: true,
      unit: "1",
      formula: "mean sigma'(p)^2",
      meaning: "The 2-norm of derivative sparsity: the activated ratio for a ReLU; less is sparser.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("square"), 1 / (tokens * neurons)),
    },
  },
});
