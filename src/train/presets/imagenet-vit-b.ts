import type { Preset } from "./preset.ts";

/**
 * ViT-Base/16 on ImageNet-1K as the paper trains it, but for RandAugment and repeated augmentation: 300 epochs of 625
 * batches of 2048.
 */
export const imagenetVitB: Preset = {
  name: "imagenet-vit-b",
  description: "ViT-Base/16 on ImageNet-1K, 300 epochs (folders in data.path): hardware for days",
  data: { name: "image-folder", augment: true },
  model: {
    kind: "vit",
    imageSize: 224,
    patchSize: 16,
    channels: 3,
    classes: 1000,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    pooling: "class-token",
  },
  sparsity: { activation: "relu" },
  optimizer: { name: "adamw", learningRate: 3e-3, weightDecay: 0.3, clipNorm: 1 },
  schedule: { name: "cosine" },
  labelSmoothing: 0.11,
  imageMixing: { mixup: 0.2, cutmix: 1 },
  steps: 187_500,
  batchSize: 2048,
  evaluateEvery: 6250,
  checkpointEvery: 15_625,
};
