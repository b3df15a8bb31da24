import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import { isAbsent } from "../checkpoint/system-errors.ts";
import { UsageError } from "../errors.ts";
import { engineOf } from "../measure/measurement-provenance.ts";
import { prepareRecipe } from "../train/prepare-recipe.ts";
import type { Recipe } from "../train/recipe.ts";
import { run } from "../train/run.ts";
import { checkpointName } from "../train/run-folder.ts";
import type { Experiment, RunMetrics, Setting } from "./experiment.ts";
import { type KeptMetrics, keepMetrics, keptMetrics } from "./kept-metrics.ts";

/** One run of an experiment; plain data, so that it can be sent to a thread. */
export interface RunTask {
  /** Id of the experiment. */
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  readonly recipe: Recipe;
  readonly folder: string;
  readonly setting: Setting;
  /** Of the backend. */
  readonly threads: number;
}

/** What a run gave. */
export interface RunOutcome {
  /** Whole. */
  readonly recipe: Recipe;
  readonly metrics: RunMetrics;
  /** What computed it, whatever its threads. */
  readonly engine: string;
}

/** How a run is watched. */
export interface RunWatch {
  readonly signal: AbortSignal;
  /** @param share - of the training that is done, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Trains and measures one variant with one seed. What is done already stays: a run that was stopped goes on, a finished
 * one is only measured, and one that was measured by this version is read.
 *
 * @throws {UsageError} If the folder holds a run of another recipe; and what training and measuring throw.
 */
export async function performRun(
  experiment: Experiment,
  task: RunTask,
  { signal, onProgress }: RunWatch,
): Promise<RunOutcome> {
  const { variant, seed, folder, setting } = task;
  const prepared = await prepareRecipe(task.recipe);
  const { recipe } = prepared;
  let state = await stateOf(folder, recipe);
  const key = { experiment: experiment.id, variant, setting };
  const known = state === "finished" ? await keptMetrics(folder, key) : null;
  if (known) return { recipe, ...known };
  const backend = await wasmBackend({ threads: task.threads });
  try {
    const collector = experiment.collector?.(recipe, setting) ?? null;
    if (state === "moved" || (collector && state !== "new")) {
      await startAnew(folder);
      state = "new";
    }
    if (state !== "finished") {
      await run(prepared.recipe, prepared.ingredients, {
        out: folder,
        backend,
        resume: state === "unfinished",
        observers: collector?.observers ?? [],
        signal,
        onProgress: ({ step, steps }) => onProgress(step / steps),
      });
    }
    onProgress(1);
    const { join } = await import("node:path");
    const metrics = await experiment.measure({
      variant,
      seed,
      folder,
      checkpoint: join(folder, "checkpoints", checkpointName(recipe.steps)),
      prepared,
      backend,
      setting,
      collected: collector?.result() ?? null,
      signal,
    });
    const kept: KeptMetrics = { metrics: finite(metrics), engine: engineOf(backend) };
    await keepMetrics(folder, key, kept);
    return { recipe, ...kept };
  } finally {
    await backend.dispose();
  }
}

/** What a run's folder holds of a recipe's run; "moved": an unfinished one that starts from another path. */
async function stateOf(folder: string, recipe: Recipe): Promise<"new" | "unfinished" | "finished" | "moved"> {
  const { readFile, stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const text = await readFile(join(folder, "recipe.json"), "utf8").catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw new UsageError(`${folder} can't be read: ${(error as Error).message}. Choose another --out.`);
  });
  if (text === null) return "new";
  const own = JSON.stringify(recipe, null, 2);
  // The folder may have been moved, and the checkpoint that the run starts from with it.
  const from = /"from": "(?:[^"\\]|\\.)*"/;
  if (text.trimEnd().replace(from, "") !== own.replace(from, "")) {
    throw new UsageError(
      `${folder} holds a run of another recipe: choose another --out, or remove that folder to train anew.`,
    );
  }
  const last = join(folder, "checkpoints", checkpointName(recipe.steps), "model.safetensors");
  const isFinished = await stat(last).then(
    () => true,
    () => false,
  );
  if (isFinished) return "finished";
  return text.trimEnd() === own ? "unfinished" : "moved";
}

/** Removes what a run keeps in its folder, and nothing else. */
async function startAnew(folder: string): Promise<void> {
  const { rm } = await import("node:fs/promises");
  const { join } = await import("node:path");
  for (const name of ["recipe.json", "metrics.ndjson", "checkpoints", "state", "measured.json"]) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The same with null for what is no finite number. */
function finite({ numbers, series }: RunMetrics): RunMetrics {
  const orNull = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);
  return {
    numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, orNull(value)])),
    series: Object.fromEntries(
      Object.entries(series).map(([name, { steps, values }]) => [
        name,
        { steps, values: values.map(orNull) },
      ]),
    ),
  };
}
