import type { MetricsLine } from "../train/metrics-log.ts";
import type { Series } from "./experiment.ts";

/** Numbers of a line that make a series each. */
const names = ["loss", "accuracy", "activatedRatio", "derivativeSparsity"] as const;

/** A run's `metrics.ndjson` as series, such as `train.activatedRatio` and `test.loss`. */
export async function readMetrics(folder: string): Promise<Record<string, Series>> {
  const { readFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const text = await readFile(join(folder, "metrics.ndjson"), "utf8");
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as MetricsLine);
  const series: Record<string, Series> = {};
  for (const split of ["train", "test"] as const) {
    const own = lines.filter((line) => line.split === split);
    const steps = own.map(({ step }) => step);
    for (const name of names) series[`${split}.${name}`] = { steps, values: own.map((line) => line[name]) };
  }
  return series;
}
