import { openCheckpoint } from "../checkpoint/open-checkpoint.ts";
import { streamSafetensors } from "../checkpoint/safetensors-writer.ts";
import { CheckpointFormatError, UsageError } from "../errors.ts";
import type { Recipe } from "./recipe.ts";
import type { RunFolder } from "./run-folder.ts";
import { writing } from "./unwritable.ts";
import { type NamedEntries, type ReadableEntries, streamed } from "./weights.ts";

/** All that a run needs to go on as if it had never stopped; the rest follows from recipe and step. */
export interface TrainingState {
  /** Updates made. */
  readonly step: number;
  /** Bytes of `metrics.ndjson` at that step. */
  readonly metricsBytes: number;
  readonly recipe: Recipe;
  /** Parameters, and what the optimiser keeps of each, exactly. */
  readonly arrays: readonly NamedEntries[];
}

/**
 * Saves the state: one file, which takes the place of the last one when it is complete and on the disk.
 *
 * @param arrays - read one at a time; all have the precision of the first.
 * @throws {UsageError} If it can't be written; and whatever reading throws. The last one stays then.
 */
export async function saveState(
  folder: RunFolder,
  { step, metricsBytes, recipe }: Omit<TrainingState, "arrays">,
  arrays: readonly ReadableEntries[],
): Promise<void> {
  const dtype = (await arrays[0]?.read()) instanceof Float64Array ? "F64" : "F32";
  await writing(folder.state, () =>
    streamSafetensors(
      folder.state,
      arrays.map((each) => streamed(each, dtype)),
      {
        "marchenko.recipe": JSON.stringify(recipe),
        "marchenko.step": String(step),
        "marchenko.metricsBytes": String(metricsBytes),
      },
    ),
  );
}

/**
 * Reads the state that a run was left in.
 *
 * @param recipe - of the run that goes on; it must be the saved one's.
 * @returns null when none was saved yet.
 * @throws {UsageError} If the recipes differ: it names the members.
 * @throws {CheckpointFormatError} If the file is damaged.
 */
export async function loadState(folder: RunFolder, recipe: Recipe): Promise<TrainingState | null> {
  const { access, readFile } = await import("node:fs/promises");
  const path = await import("node:path");
  const isThere = await access(folder.state).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    // Stopped before its first save: it begins again, and must not become another run.
    const written = jsonOf(await readFile(folder.recipe, "utf8").catch(() => undefined));
    if (written !== null) requireSameRecipe(folder, written, jsonOf(JSON.stringify(recipe)));
    return null;
  }
  const file = await openCheckpoint(folder.state).catch((cause: unknown) => {
    if (!(cause instanceof CheckpointFormatError)) throw cause;
    throw new CheckpointFormatError(
      `the saved state is damaged: ${cause.message} Without a copy, remove ${path.dirname(folder.state)}: the run then begins again at step 0.`,
      { cause },
    );
  });
  try {
    const step = wholeNumber(file.metadata["marchenko.step"]);
    const metricsBytes = wholeNumber(file.metadata["marchenko.metricsBytes"]);
    const saved = jsonOf(file.metadata["marchenko.recipe"]);
    if (step === null || metricsBytes === null || saved === null) {
      throw new CheckpointFormatError(`${folder.state} holds no state of a run. Start the run anew.`);
    }
    requireSameRecipe(folder, saved, jsonOf(JSON.stringify(recipe)));
    if (step > recipe.steps) {
      throw new CheckpointFormatError(
        `${folder.state} is of step ${step}, and the run has ${recipe.steps}. Start the run anew.`,
      );
    }
    const arrays: NamedEntries[] = [];
    for (const tensor of file.tensors()) {
      arrays.push({ name: tensor.name, shape: tensor.shape, data: await tensor.read() });
    }
    return { step, metricsBytes, recipe, arrays };
  } finally {
    await file.close();
  }
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** null for what is no JSON. */
function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function requireSameRecipe(folder: RunFolder, saved: unknown, given: unknown): void {
  const differing = differences(saved, given, "");
  if (differing.length === 0) return;
  throw new UsageError(
    `the run in ${folder.path} has another recipe (${differing.slice(0, 3).join("; ")}): resume it with its own, ${folder.recipe}, or start a new run in another folder.`,
  );
}

/** Members in which two values of JSON differ, each as "optimizer.learningRate: 0.1, now 0.2". */
function differences(a: unknown, b: unknown, path: string): string[] {
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return Array.from(keys, (key) => differences(a[key], b[key], path ? `${path}.${key}` : key)).flat();
  }
  const [before, now] = [JSON.stringify(a), JSON.stringify(b)];
  return before === now ? [] : [`${path}: ${before ?? "nothing"}, now ${now ?? "nothing"}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
