import type { Preset } from "./preset.ts";

/** The same with the three modules of the paper. */
export const imagenetVitBSparse: Preset = {
  name: "imagenet-vit-b-sparse",
  description: "the same with JSReLU, zeroth biases and restricted LayerNorm",
  extends: "imagenet-vit-b",
  sparsity: {
    activation: "jsrelu",
    zerothBias: { placement: "output", clip: 0.1 },
    restrictedLayerNorm: true,
  },
};
