import type { Preset } from "./preset.ts";

/** A character model that learns in minutes. */
export const textGpt: Preset = {
  name: "text-gpt",
  description: "GPT of 4 blocks on the characters of a text (shipped: Emma by Jane Austen)",
  data: { name: "text", tokenizer: "characters" },
  model: { kind: "gpt", contextLength: 64, width: 128, depth: 4, heads: 4 },
  sparsity: { activation: "relu" },
  optimizer: {
    name: "adamw",
    learningRate: 1e-3,
    betas: [0.9, 0.99],
    weightDecay: 0.1,
    exclude: ["bias", "norm-weight", "norm-bias"],
    clipNorm: 1,
  },
  schedule: { name: "cosine", warmup: 100, minimum: 0.1 },
  steps: 2000,
  batchSize: 32,
  evaluateEvery: 500,
  evaluateBatches: 40,
  checkpointEvery: "log",
};
