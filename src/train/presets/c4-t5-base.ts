import type { Preset } from "./preset.ts";

/** T5-Base on C4 from scratch as the paper trains it: 100 000 batches of 256 texts. */
export const c4T5Base: Preset = {
  name: "c4-t5-base",
  description: "T5-Base on C4, 100 000 steps (shards and tokenizer.json by data.path and data.tokenizer)",
  data: { name: "c4" },
  model: {
    kind: "t5",
    vocabulary: 32_128,
    width: 768,
    mlpWidth: 3072,
    heads: 12,
    headWidth: 64,
    encoderDepth: 12,
    decoderDepth: 12,
    inputLength: 512,
    targetLength: 114,
  },
  sparsity: { activation: "relu" },
  optimizer: {
    name: "adamw",
    learningRate: 0.01,
    weightDecay: 1e-3,
    exclude: ["bias", "zeroth-bias"],
    clipNorm: 1,
  },
  schedule: { name: "inverse-sqrt", warmup: 10_000 },
  steps: 100_000,
  batchSize: 256,
  evaluateEvery: 5000,
  checkpointEvery: 10_000,
};
