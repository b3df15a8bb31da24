import { activationSparsity } from "./activation-sparsity.ts";
import { augmentedFlatness } from "./augmented-flatness.ts";
import { derivativeSparsity } from "./derivative-sparsity.ts";
import { effectiveGradientSparsity } from "./effective-gradient-sparsity.ts";
import { gradientDensity } from "./gradient-density.ts";
import { gradientSparsity } from "./gradient-sparsity.ts";
import { implicitRobustness } from "./implicit-robustness.ts";
import { spectralIncrease } from "./spectral-increase.ts";

/** Every meter, in the order of a layer's fields. */
export const meters = [
  activationSparsity,
  derivativeSparsity,
  gradientSparsity,
  effectiveGradientSparsity,
  gradientDensity,
  augmentedFlatness,
  implicitRobustness,
  spectralIncrease,
] as const;
