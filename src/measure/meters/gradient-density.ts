import { multiply } from "../../autodiff/ops/multiply.ts";
import { activeEntries } from "../../sparsity/activations/activation.ts";
import { ratio, scaled } from "../estimate.ts";
import { exampleSum, square } from "./entry-parts.ts";
import { defineMeter } from "./meter.ts";

const source = "github.com/cdgyp/sparsity, gradient_density.py";
const noneActive = "no neuron is active";

/** Whether gradients are as large where neurons are active as elsewhere. */
export const gradientDensity = defineMeter({
  id: "gradientDensity",
  title: "Gradient density",
  nested: true,
  values({ a, g, activity }) {
    const active = activeEntries(activity, a);
    const squares = square(g);
    return {
      active: exampleSum(active),
      square: exampleSum(squares),
      activeSquare: exampleSum(multiply(active, squares)),
    };
  },
  numbers: {
    ratio: {
      title: "Gradient density ratio",
      symbol: "R",
      headline: true,
      unit: "1",
      formula: "E[g^2 | active] / E[g^2]",
      meaning:
        "Near 1 small effective gradients come from inactive neurons; far below 1 they come from gradients that avoid the active ones.",
      source,
      estimate: ({ mean, tokens, neurons }) =>
        scaled(
          ratio(
            ratio(mean("activeSquare"), mean("active"), noneActive),
            mean("square"),
            "all gradients are zero",
          ),
          tokens * neurons,
        ),
    },
    activeSquaredGradient: {
      title: "Squared gradient of active neurons",
      symbol: "E[g^2 | active]",
      unit: "loss^2 / activation^2",
      formula: "mean g^2 over active entries",
      meaning: "How large the gradients of active neurons are.",
      source,
      estimate: ({ mean }) => ratio(mean("activeSquare"), mean("active"), noneActive),
    },
    squaredGradient: {
      title: "Squared gradient",
      symbol: "E[g^2]",
      unit: "loss^2 / activation^2",
      formula: "mean g^2",
      meaning: "How large the gradients of all neurons are.",
      source,
      estimate: ({ mean, tokens, neurons }) => scaled(mean("square"), 1 / (tokens * neurons)),
    },
  },
});
