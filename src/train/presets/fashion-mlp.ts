import type { Preset } from "./preset.ts";

/** The perceptron of `mnist-mlp` on harder images. */
export const fashionMlp: Preset = {
  name: "fashion-mlp",
  description: "perceptron 784-512-512-10 on Fashion-MNIST",
  extends: "mnist-mlp",
  data: { name: "fashion-mnist" },
};
