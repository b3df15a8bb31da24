import type { Preset } from "./preset.ts";

/** The smallest setting in which the sparsity modules show: 150 epochs with strong weight decay, a minute or so. */
export const digitsVit: Preset = {
  name: "digits-vit",
  description: "vision Transformer of 3 blocks with ReLU on the shipped digits",
  data: { name: "digits" },
  model: { kind: "vit", patchSize: 2, width: 32, depth: 3, heads: 2, mlpWidth: 128, pooling: "mean" },
  sparsity: { activation: "relu" },
  optimizer: { name: "adamw", learningRate: 3e-3, weightDecay: 0.3, clipNorm: 1 },
  schedule: { name: "cosine" },
  labelSmoothing: 0.1,
  steps: 3450,
  batchSize: 64,
  logEvery: 50,
  evaluateEvery: 345,
  checkpointEvery: "log",
};
