import type { Presets } from "./configurable.ts";

const quietProgress = { progress: false };

/** Presets by command; one that is not here has none. */
export const presetsByCommand: Readonly<Record<string, Presets>> = {
  analyze: {
    quick: {
      meaning:
        "for the largest models: spectra are estimated, in seconds a layer; norms and ranks, but no fits and no verdicts",
      options: { method: "lanczos" },
    },
    thorough: {
      meaning:
        "every second opinion: each layer against its own entries shuffled, comparable exponents, vectors",
      options: { null: "permute", comparableAlpha: true, vectors: true },
    },
    ci: {
      meaning: "for pipelines: no progress; writes marchenko.json, which gate reads, and marchenko.md",
      options: { ...quietProgress, output: ["marchenko.json", "marchenko.md"] },
    },
  },
  compare: {
    quick: {
      meaning: "no singular vectors: how far layers moved, not where to",
      options: { overlap: false },
    },
    ci: {
      meaning: "for pipelines: no progress; writes comparison.json, which gate reads, and comparison.md",
      options: { ...quietProgress, output: ["comparison.json", "comparison.md"] },
    },
  },
  gate: {
    ci: {
      meaning: "for pipelines: writes gate.sarif for code scanning, and gate.md for a pull request",
      options: { output: ["gate.sarif", "gate.md"] },
    },
  },
  train: {
    quick: { meaning: "50 steps: does it run here, and how fast?", options: { steps: 50 } },
  },
  experiment: {
    quick: { meaning: "the same as --quick", options: { quick: true } },
  },
  measure: {
    quick: {
      meaning: "four batches of the test part; neither curvature nor robustness, which take longest",
      options: { part: "test", batches: 4, without: ["hessian", "robustness", "fgsm"] },
    },
  },
  noise: {
    quick: { meaning: "16 batches", options: { batches: 16 } },
  },
  selftest: {
    quick: { meaning: "the same as --quick", options: { quick: true } },
  },
};
