import type { Preset } from "./preset.ts";

/** The same with the three modules of the paper. */
export const digitsVitSparse: Preset = {
  name: "digits-vit-sparse",
  description: "the same with JSReLU, zeroth biases and restricted LayerNorm",
  extends: "digits-vit",
  sparsity: {
    activation: "jsrelu",
    zerothBias: { placement: "output", clip: 0.1 },
    restrictedLayerNorm: true,
  },
};
