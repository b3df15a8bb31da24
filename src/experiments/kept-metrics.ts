import { z } from "zod";
import { version } from "../analysis/version.ts";
import { writeTextWhole } from "../train/run-folder.ts";
import type { RunMetrics, Setting } from "./experiment.ts";

/** What a run's numbers depend on, besides the run. */
export interface MetricsKey {
  readonly experiment: string;
  readonly variant: string;
  readonly setting: Setting;
}

/** Numbers of a run, and the backend that they come from. */
export interface KeptMetrics {
  readonly metrics: RunMetrics;
  readonly engine: string;
}

/** In the run's folder. */
const FILE = "measured.json";

const numberOrNull = z.number().nullable();
const file = z.strictObject({
  key: z.unknown(),
  engine: z.string(),
  metrics: z.strictObject({
    numbers: z.record(z.string(), numberOrNull),
    series: z.record(
      z.string(),
      z.strictObject({ steps: z.array(z.number()), values: z.array(numberOrNull) }),
    ),
  }),
});

/** Keeps a run's numbers in its folder, so that an experiment that goes on need not measure it again. */
export async function keepMetrics(folder: string, key: MetricsKey, kept: KeptMetrics): Promise<void> {
  const { join } = await import("node:path");
  await writeTextWhole(join(folder, FILE), `${JSON.stringify({ key: keyOf(key), ...kept })}\n`);
}

/** Numbers that this version has kept for the same key; null for others, and for a file that is damaged. */
export async function keptMetrics(folder: string, key: MetricsKey): Promise<KeptMetrics | null> {
  const { readFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  try {
    const kept = file.parse(JSON.parse(await readFile(join(folder, FILE), "utf8")));
    if (JSON.stringify(kept.key) !== JSON.stringify(keyOf(key))) return null;
    return { metrics: kept.metrics, engine: kept.engine };
  } catch {
    return null;
  }
}

function keyOf(key: MetricsKey) {
  return { version, ...key };
}
