import { multiply } from "../../autodiff/ops/multiply.ts";
import { absoluteValue } from "../../autodiff/ops/piecewise-polynomial.ts";
import { activeEntries, entriesInside } from "../../sparsity/activations/activation.ts";
import { ratio, scaled } from "../estimate.ts";
import { exampleSum, isNegative, isPositive, square } from "./entry-parts.ts";
import { defineMeter } from "./meter.ts";

const source = "Peng et al. 2023, arXiv 2309.03004";

/** How many activations are active, and how large these are. */
export const activationSparsity = defineMeter({
  id: "activationSparsity",
  title: "Activation sparsity",
  nested: false,
  values({ a, activity }) {
    const active = activeEntries(activity, a);
    return {
      active: exampleSum(active),
      positive: exampleSum(isPositive(a)),
      negative: exampleSum(isNegative(a)),
      size: exampleSum(multiply(active, absoluteValue(a))),
      square: exampleSum(square(a)),
      flat: exampleSum(entriesInside(activity.habitat.y, a)),
    };
  },
  numbers: {
    activatedRatio: {
      title: "Activated ratio",
      symbol: "active",
      headline: true,
      unit: "1",
      formula: "mean 1[a active]: a > 0 for one-sided functions, a != 0 for others",
      meaning: "Share of activations that are not zero, over examples, tokens and neurons; less is sparser.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("active"), 1 / (tokens * neurons)),
    },
    positiveRatio: {
      title: "Positive ratio",
      symbol: "a > 0",
      unit: "1",
      formula: "mean 1[a > 0]",
      meaning: "Share of positive activations.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("positive"), 1 / (tokens * neurons)),
    },
    negativeRatio: {
      title: "Negative ratio",
      symbol: "a < 0",
      unit: "1",
      formula: "mean 1[a < 0]",
      meaning: "Share of negative activations.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("negative"), 1 / (tokens * neurons)),
    },
    activeAmplitude: {
      title: "Amplitude",
      symbol: "|a|",
      unit: "activation",
      formula: "mean |a| over active entries",
      meaning: "How large an active neuron's activation is.",
      source,
      estimate: ({ mean }) => ratio(mean("size"), mean("active"), "no neuron is active"),
    },
    activationSquaredNorm: {
      title: "Squared norm of activations",
      symbol: "||a||^2",
      unit: "activation^2",
      formula: "mean_i ||a_i||^2",
      meaning: "Squared length of a token's activations.",
      source,
      estimate: ({ mean, tokens }) => scaled(mean("square"), 1 / tokens),
    },
    flatOutputShare: {
      title: "Share of flat outputs",
      symbol: "flat y",
      unit: "1",
      formula: "mean 1[a in habitat y]",
      meaning: "Share of activations within 1e-6 of a value that the function has on a flat piece.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("flat"), 1 / (tokens * neurons)),
    },
  },
});
