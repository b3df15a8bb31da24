import type { Preset } from "./preset.ts";

/** Span corruption of characters; the schedule and weight decay are those of T5 on C4, scaled to its length. */
export const textT5: Preset = {
  name: "text-t5",
  description: "T5 of 2 + 2 blocks on masked spans of a text (shipped: Emma by Jane Austen)",
  data: { name: "text", tokenizer: "characters", sentinels: 8 },
  model: {
    kind: "t5",
    width: 64,
    mlpWidth: 256,
    heads: 4,
    encoderDepth: 2,
    decoderDepth: 2,
    inputLength: 64,
    targetLength: 16,
  },
  sparsity: { activation: "relu" },
  optimizer: {
    name: "adamw",
    learningRate: 0.01,
    weightDecay: 1e-3,
    exclude: ["bias", "zeroth-bias"],
    clipNorm: 1,
  },
  schedule: { name: "inverse-sqrt", warmup: 200 },
  steps: 2000,
  batchSize: 32,
  evaluateEvery: 500,
  evaluateBatches: 40,
  checkpointEvery: "log",
};
