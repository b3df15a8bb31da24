import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DivergenceError } from "../../src/errors.ts";
import { finiteArrays } from "../../src/train/divergence.ts";
import { parseRecipe } from "../../src/train/recipe.ts";
import { makeRunFolder, runFolder } from "../../src/train/run-folder.ts";
import { loadState, saveState } from "../../src/train/training-state.ts";
import type { ReadableEntries } from "../../src/train/weights.ts";
import { toy } from "./toy.ts";

const recipe = parseRecipe(toy);
const path = mkdtempSync(join(tmpdir(), "saving-"));
afterAll(() => rmSync(path, { recursive: true, force: true }));

/** Two arrays, the last entry of which is given. */
function arrays(last: number): ReadableEntries[] {
  return ["a", "b"].map((name, place) => ({
    name,
    shape: [2],
    read: async () => Float64Array.of(place, place === 1 ? last : 0.1),
  }));
}

test("a state that is no longer finite is not saved, and the last one stays", async () => {
  const folder = await runFolder(join(path, "run"), false);
  await makeRunFolder(folder, recipe);
  const save = (step: number, last: number) =>
    saveState(folder, { step, metricsBytes: 0, recipe }, finiteArrays(arrays(last), step, folder, recipe));
  await save(2, 0.7);
  await expect(save(3, Number.NaN)).rejects.toThrow(DivergenceError);
  await expect(save(3, Number.POSITIVE_INFINITY)).rejects.toThrow(/b is no longer finite at step 3/);
  const kept = await loadState(folder, recipe);
  expect(kept?.step).toBe(2);
  // Float64 arrays lose nothing.
  expect(kept?.arrays.map(({ data }) => Array.from(data))).toEqual([
    [0, 0.1],
    [1, 0.7],
  ]);
});
