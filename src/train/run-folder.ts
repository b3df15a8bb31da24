import { isAbsent } from "../checkpoint/system-errors.ts";
import { writeWholeFile } from "../checkpoint/whole-file.ts";
import { UsageError } from "../errors.ts";
import type { Recipe } from "./recipe.ts";
import { writing } from "./unwritable.ts";

/** The places of a run's files. */
export interface RunFolder {
  readonly path: string;
  readonly recipe: string;
  readonly metrics: string;
  readonly checkpoints: string;
  readonly state: string;
  /** Where a checkpoint is written before it gets its name. */
  readonly partial: string;
  /** The folder of a step's checkpoint. */
  checkpoint(step: number): string;
}

/** Behind the names of files that are not whole yet. */
const PARTIAL = ".partial";

/** What a checkpoint's folder is called: step-000500. */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(6, "0")}`;
}

/**
 * The folder of a run that begins or goes on; nothing is written yet.
 *
 * @param resume - whether the folder holds a run that goes on; else it must be empty or new.
 * @throws {UsageError} If it holds something and the run is new, or holds no run to go on with.
 */
export async function runFolder(path: string, resume: boolean): Promise<RunFolder> {
  const { readdir } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const names = await readdir(path).catch((cause: unknown): string[] => {
    if (isAbsent(cause)) return [];
    throw new UsageError(`${path} can't be a run's folder: ${(cause as Error).message}. Choose another.`, {
      cause,
    });
  });
  const holdsRun = names.includes("recipe.json");
  if (resume && !holdsRun) {
    throw new UsageError(
      `${path} holds no run to resume (it has no recipe.json): leave out --resume to start one.`,
    );
  }
  if (!resume && holdsRun) {
    throw new UsageError(`${path} holds a run already: go on with it by --resume, or choose another folder.`);
  }
  const others = names.filter((name) => name !== `recipe.json${PARTIAL}`);
  if (!resume && others.length > 0) {
    throw new UsageError(
      `${path} is not empty (it has ${others.slice(0, 3).join(", ")}): choose a new folder for the run.`,
    );
  }
  return {
    path,
    recipe: join(path, "recipe.json"),
    metrics: join(path, "metrics.ndjson"),
    checkpoints: join(path, "checkpoints"),
    state: join(path, "state", "state.safetensors"),
    partial: join(path, "partial"),
    checkpoint: (step) => join(path, "checkpoints", checkpointName(step)),
  };
}

/**
 * Makes what a run's folder lacks, and removes what a killed run has left half written. The recipe comes first, since by
 * it the folder is known for a run's.
 *
 * @throws {UsageError} If it can't be written.
 */
export async function makeRunFolder(folder: RunFolder, recipe: Recipe): Promise<void> {
  const { readdir, rm } = await import("node:fs/promises");
  const { dirname, join } = await import("node:path");
  const state = dirname(folder.state);
  await writing(folder.path, () => makeFolders(folder.path));
  await writeTextWhole(folder.recipe, `${JSON.stringify(recipe, null, 2)}\n`);
  await writing(folder.path, async () => {
    for (const each of [folder.checkpoints, state]) await makeFolders(each);
    const halves = (await readdir(state)).filter((name) => name.endsWith(PARTIAL));
    for (const half of [folder.partial, ...halves.map((name) => join(state, name))]) {
      await rm(half, { recursive: true, force: true });
    }
  });
}

/** Makes a folder and those above it; Node's own way to do so never ends where a parent, as /proc, takes no folders. */
export async function makeFolders(path: string): Promise<void> {
  const { mkdir, stat } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  const isThere = async () => (await stat(path).catch(() => null))?.isDirectory() === true;
  if (await isThere()) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolders(parent);
  await mkdir(path).catch(async (error: unknown) => {
    // Another run may have made it in between.
    if (!(await isThere())) throw error;
  });
}

/** Writes a small file so that it is there whole or not at all. */
export async function writeTextWhole(path: string, text: string): Promise<void> {
  await writing(path, () =>
    writeWholeFile(path, `${path}${PARTIAL}`, async (handle) => void (await handle.writeFile(text))),
  );
}
