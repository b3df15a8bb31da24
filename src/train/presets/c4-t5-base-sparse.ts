import type { Preset } from "./preset.ts";

/** The same with the three modules of the paper. */
export const c4T5BaseSparse: Preset = {
  name: "c4-t5-base-sparse",
  description: "the same with JSReLU, zeroth biases and restricted norms",
  extends: "c4-t5-base",
  sparsity: {
    activation: "jsrelu",
    zerothBias: { placement: "output", clip: 0.1 },
    restrictedLayerNorm: true,
  },
};
