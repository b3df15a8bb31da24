import type { Preset } from "./preset.ts";

/** 784-512-512-10. */
export const mnistMlp: Preset = {
  name: "mnist-mlp",
  description: "perceptron 784-512-512-10 on MNIST",
  data: { name: "mnist" },
  model: { kind: "mlp", width: 512, depth: 2, form: "plain" },
  sparsity: { activation: "relu" },
  optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 0.01 },
  schedule: { name: "cosine" },
  steps: 4680,
  batchSize: 128,
  evaluateEvery: 468,
  checkpointEvery: "log",
};
