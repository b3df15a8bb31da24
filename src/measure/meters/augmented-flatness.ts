import { sumRows } from "../../autodiff/ops/broadcasting.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { activeEntries } from "../../sparsity/activations/activation.ts";
import { difference, type Estimated, ratio, scaled } from "../estimate.ts";
import { exampleSum, square, tokenSquares } from "./entry-parts.ts";
import { defineMeter, type Sample } from "./meter.ts";

const source =
  "the notion: Peng et al. 2026, arXiv 2605.25612; as in github.com/cdgyp/sparsity, CoefficientPlugin";
const own = "this package's: arithmetic with eta = g gamma";
const noneActive = "no neuron is active";
const noGradient = "no active neuron has a gradient";
const noValue = "the block has no value matrix";

type Name = "flatness" | "active" | "weight" | "activeWeight" | "activeFlatness" | "value" | "a2" | "gZ2";

/** AF_K / (T n C0): the share that the identity gives. */
function identity({ mean, tokens, neurons }: Sample<Name>): Estimated {
  const coefficient = ratio(mean("activeWeight"), mean("active"), noneActive);
  return scaled(ratio(mean("flatness"), coefficient, noGradient), 1 / (tokens * neurons));
}

/**
 * Augmented flatness, and the identity by which it gives the activated ratio.
 *
 *     AF = mean_b sum_i |v_i|^2 |u_i|^2    of inputs u and output gradients v of a matrix: x, eta for K; a, g_Z for V
 *     AF_K / (T n C0) = activated ratio * E[gamma^2 g^2 |x|^2 | active] / E[g^2 |x|^2 | active]
 *
 * where gamma is 0 off the active entries; for a ReLU, whose gamma is 1 on them, the last factor is 1. In a gated block
 * g is the gradient for sigma(P) through the gate, and the identity holds as it stands; V's input is what the gate gives.
 */
export const augmentedFlatness = defineMeter({
  id: "augmentedFlatness",
  title: "Augmented flatness",
  nested: true,
  values({ x, a, g, eta, gZ, valueInput, activity }) {
    const inputs = tokenSquares(x);
    const outputs = tokenSquares(gZ);
    const active = activeEntries(activity, a);
    const squares = square(g);
    const activations = valueInput && tokenSquares(valueInput);
    // Rows are summed before they are weighted by |x_i|^2: one product less for each entry.
    const weighted = (entries: typeof x) => exampleSum(multiply(sumRows(entries), inputs));
    return {
      flatness: weighted(square(eta)),
      activeFlatness: weighted(multiply(active, square(eta))),
      weight: weighted(squares),
      activeWeight: weighted(multiply(active, squares)),
      active: exampleSum(active),
      value: activations ? exampleSum(multiply(activations, outputs)) : noValue,
      a2: activations ? exampleSum(activations) : noValue,
      gZ2: exampleSum(outputs),
    };
  },
  numbers: {
    key: {
      title: "Augmented flatness of keys",
      symbol: "AF_K",
      headline: true,
      unit: "loss^2 / weight^2",
      formula: "mean_b sum_i ||eta_i||^2 ||x_i||^2",
      meaning:
        "Trace of the Fisher matrix for a copy of K at each token, on the data's labels; less is flatter.",
      source,
      estimate: ({ mean }) => mean("flatness"),
    },
    value: {
      title: "Augmented flatness of values",
      symbol: "AF_V",
      unit: "loss^2 / weight^2",
      formula: "mean_b sum_i ||g_Z,i||^2 ||a_i||^2",
      meaning: "The same for V, whose inputs are the activations.",
      source,
      estimate: ({ mean }) => mean("value"),
    },
    l0Coefficient: {
      title: "L0 coefficient",
      symbol: "C0",
      unit: "loss^2 / weight^2",
      formula: "E[g^2 ||x||^2 | active]",
      meaning: "What one active neuron costs in augmented flatness, where its derivative is 1.",
      source,
      estimate: ({ mean }) => ratio(mean("activeWeight"), mean("active"), noneActive),
    },
    l2Coefficient: {
      title: "L2 coefficient",
      symbol: "C2",
      unit: "loss^2 / activation^2",
      formula: "mean_i ||g_Z,i||^2",
      meaning: "What a unit of squared activations costs in augmented flatness of values.",
      source,
      estimate: ({ mean, tokens }) => scaled(mean("gZ2"), 1 / tokens),
    },
    valueInputSquaredNorm: {
      title: "Squared norm of the value matrix' input",
      symbol: "a2",
      unit: "activation^2",
      formula: "mean_i ||a_i||^2",
      meaning: "Squared length of what V takes; AF_V / (T C2) is its mean weighted by gradients.",
      source,
      estimate: ({ mean, tokens }) => scaled(mean("a2"), 1 / tokens),
    },
    identityRatio: {
      title: "Ratio of the identity",
      symbol: "AF_K/TnC0",
      headline: true,
      unit: "1",
      formula: "AF_K / (T n C0)",
      meaning: "The activated ratio for a ReLU; no less than it where sigma' >= 1 on active entries.",
      source,
      estimate: identity,
    },
    identityDifference: {
      title: "Difference of the identity",
      symbol: "AF_K / (T n C0) - active",
      unit: "1",
      formula: "AF_K / (T n C0) - activated ratio",
      meaning: "Zero up to rounding for a ReLU.",
      source: own,
      estimate: (sample) =>
        difference(identity(sample), scaled(sample.mean("active"), 1 / (sample.tokens * sample.neurons))),
    },
    weightedSquaredDerivative: {
      title: "Weighted squared derivative",
      symbol: "gamma^2, by g^2 x^2",
      unit: "1",
      formula: "AF_K / (T n E[g^2 ||x||^2])",
      meaning: "Mean of gamma^2 over all entries, weighted by g^2 ||x||^2.",
      source: own,
      estimate: ({ mean }) => ratio(mean("flatness"), mean("weight"), "all gradients are zero"),
    },
    activeSquaredDerivative: {
      title: "Weighted squared derivative of active neurons",
      symbol: "gamma^2, active, by g^2 x^2",
      unit: "1",
      formula: "E[gamma^2 g^2 ||x||^2 | active] / E[g^2 ||x||^2 | active]",
      meaning: "By what the ratio of the identity differs from the activated ratio: 1 for a ReLU.",
      source: own,
      estimate: ({ mean }) => ratio(mean("activeFlatness"), mean("activeWeight"), noGradient),
    },
  },
});
