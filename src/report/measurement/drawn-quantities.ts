/** A number that is drawn. */
export interface DrawnQuantity {
  /** Its path, as the catalogue has it. */
  readonly id: string;
  /** What stands at its axis, before the unit: short, and clear without its group. */
  readonly axis: string;
}

/** A group of numbers that belong together on the page, and what they answer. */
export interface DrawnGroup {
  readonly id: string;
  readonly title: string;
  /** What the numbers tell, in a sentence or two. */
  readonly meaning: string;
  /** The numbers that are drawn. */
  readonly quantities: readonly DrawnQuantity[];
}

/** The numbers that are drawn over depth and over training; all others are in the tables. */
export const drawnGroups: readonly DrawnGroup[] = [
  {
    id: "sparsity",
    title: "How sparse activations and their derivatives are",
    meaning:
      "An inactive neuron takes no part in the output; where the derivative is 0 as well, no gradient passes it either.",
    quantities: [
      { id: "activatedRatio", axis: "activated ratio" },
      { id: "derivativeSparsity", axis: "share of zero derivatives" },
    ],
  },
  {
    id: "gradients",
    title: "How sparse gradients are",
    meaning:
      "Effective gradients are those that reach keys and inputs. R near 1 says that active neurons have gradients as large as all: then sparse activations, and not a choice of neurons without gradient, make them small.",
    quantities: [
      { id: "effectiveGradientSparsity.shareBelowMilli", axis: "share of |η| < 0.001" },
      { id: "gradientDensity.ratio", axis: "gradient density ratio R" },
    ],
  },
  {
    id: "flatness",
    title: "How flat the loss is",
    meaning:
      "Augmented flatness sums, over tokens, the squared gradients for a copy of the matrix at each token; less is flatter. The trace of the Hessian is the curvature that the weights themselves see.",
    quantities: [
      { id: "augmentedFlatness.key", axis: "augmented flatness of keys" },
      { id: "augmentedFlatness.value", axis: "augmented flatness of values" },
      { id: "hessian.trace", axis: "Hessian trace of keys" },
      { id: "hessian.fisherTrace", axis: "Fisher trace of keys" },
    ],
  },
  {
    id: "robustness",
    title: "How robust hidden features are",
    meaning: "How fast the loss rises where the tokens that enter a block move; less is more robust.",
    quantities: [
      { id: "implicitRobustness.squaredGradient", axis: "Σ‖∂l/∂x‖²" },
      { id: "implicitRobustness.inputSquaredNorm", axis: "‖x‖² of a token" },
    ],
  },
];
