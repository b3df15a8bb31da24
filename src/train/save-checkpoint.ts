import { streamSafetensors } from "../checkpoint/safetensors-writer.ts";
import type { Recipe } from "./recipe.ts";
import { type RunFolder, writeTextWhole } from "./run-folder.ts";
import { writing } from "./unwritable.ts";
import { type ReadableEntries, streamed } from "./weights.ts";

/** What a checkpoint holds. */
export interface CheckpointContent {
  readonly step: number;
  readonly recipe: Recipe;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly ReadableEntries[];
}

/**
 * Writes a step's checkpoint: `model.safetensors` in float32 and `config.json`, in a folder that gets its name when
 * both are on the disk.
 *
 * @returns the folder's path.
 * @throws {UsageError} If it can't be written; an earlier checkpoint of the step stays as it was then.
 */
export async function saveCheckpoint(
  folder: RunFolder,
  { step, recipe, config, weights }: CheckpointContent,
): Promise<string> {
  const { mkdir, open, rename, rm } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const path = folder.checkpoint(step);
  await writing(path, async () => {
    await rm(folder.partial, { recursive: true, force: true });
    try {
      await mkdir(folder.partial);
      await streamSafetensors(
        join(folder.partial, "model.safetensors"),
        weights.map((each) => streamed(each, "F32")),
        { format: "pt", "marchenko.recipe": JSON.stringify(recipe), "marchenko.step": String(step) },
      );
      await writeTextWhole(join(folder.partial, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
      await rm(path, { recursive: true, force: true });
      await rename(folder.partial, path);
    } catch (error) {
      await rm(folder.partial, { recursive: true, force: true });
      throw error;
    }
    const parent = await open(folder.checkpoints, "r");
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
  });
  return path;
}
