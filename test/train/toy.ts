import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll } from "vitest";
import { referenceBackend } from "../../src/backends/reference.ts";
import type { RecipeInput } from "../../src/train/recipe.ts";
import type { RunSummary } from "../../src/train/run.ts";
import { type TrainOptions, train } from "../../src/train/train.ts";

/** A run of 10 steps of a small perceptron, with all that may differ from step to step: noise, dropout, mixed images, warm-up. */
export const toy: RecipeInput = {
  name: "toy",
  seed: 5,
  data: { name: "digits" },
  model: { kind: "mlp", form: "key-value", width: 6, mlpWidth: 8, depth: 1, dropout: 0.1 },
  sparsity: { activation: "jsrelu", synapseNoise: { rho: 0.1 }, mixing: { steps: 8 } },
  optimizer: { name: "adamw", learningRate: 0.01, weightDecay: 0.1, clipNorm: 1 },
  schedule: { name: "cosine", warmup: 2 },
  imageMixing: { mixup: 0.4, cutmix: 1 },
  labelSmoothing: 0.1,
  steps: 10,
  batchSize: 8,
  logEvery: 3,
  evaluateEvery: 5,
  evaluateBatches: 2,
  checkpointEvery: 4,
};

/** Makes folders for runs, all removed after the tests of the file. */
export function runFolders(): () => string {
  const parent = mkdtempSync(join(tmpdir(), "marchenko-train-"));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));
  let count = 0;
  return () => join(parent, `run-${count++}`);
}

/** Trains on the reference backend. */
export function trainHere(options: Partial<TrainOptions> & { out: string }): Promise<RunSummary> {
  return train({ recipe: toy, backend: referenceBackend(), ...options });
}

/** Every file of a run's folder, by its relative path; the state only where it is asked for. */
export function filesOf(
  folder: string,
  state: "with state" | "without state" = "without state",
): Record<string, string> {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [relative(folder, path), readFileSync(path).toString("latin1")] as const);
  return Object.fromEntries(
    all.filter(([name]) => state === "with state" || !name.startsWith("state")).sort(),
  );
}

/** Lines of metrics. */
export function metricsOf(folder: string): Record<string, unknown>[] {
  const text = readFileSync(join(folder, "metrics.ndjson"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
