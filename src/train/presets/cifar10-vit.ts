import type { Preset } from "./preset.ts";

/** A small ViT with the optimiser settings of the paper's CIFAR-10 study. */
export const cifar10Vit: Preset = {
  name: "cifar10-vit",
  description: "vision Transformer of 6 blocks on CIFAR-10 (files in data.path)",
  data: { name: "cifar10", augment: true },
  model: { kind: "vit", patchSize: 4, width: 192, depth: 6, heads: 3, mlpWidth: 768, pooling: "mean" },
  sparsity: { activation: "relu" },
  optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 0.05, clipNorm: 1 },
  schedule: { name: "cosine", warmup: 1000 },
  labelSmoothing: 0.11,
  imageMixing: { mixup: 0.2, cutmix: 1 },
  steps: 39_000,
  batchSize: 128,
  evaluateEvery: 3900,
  checkpointEvery: "log",
};
