import { readFile, stat } from "node:fs/promises";
import { unreadable } from "../checkpoint/system-errors.ts";
import { UsageError } from "../errors.ts";
import { composeRecipe, unknownPreset } from "../train/compose-recipe.ts";
import { presetsByName } from "../train/presets/catalogue.ts";
import type { Recipe } from "../train/recipe.ts";

/** A recipe is a page of text. */
const mostBytes = 1 << 20;

/**
 * The whole recipe that a name or a file stands for.
 *
 * @param given - a preset's name, or the path of a JSON file (anything with a dot or a slash in it).
 * @param changes - `--set` and `--seed`.
 * @throws {UsageError} If there is no such preset, or the recipe is not right.
 * @throws {UnreadableInputError} If the file can't be read.
 */
export async function readRecipe(
  given: string,
  changes: { readonly set?: readonly string[]; readonly seed?: number },
): Promise<Recipe> {
  const sources = { presets: presetsByName, ...changes };
  if (!/[./\\]/.test(given)) {
    const preset = presetsByName.get(given);
    if (!preset) throw unknownPreset("RECIPE", given, presetsByName);
    return composeRecipe(preset, sources);
  }
  const text = await readText(given);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${given} is no JSON: ${(error as Error).message}`);
  }
  try {
    return composeRecipe(value, sources);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${given}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes)
      throw new UsageError(`${path} has ${size} bytes: expected a recipe, of ${mostBytes} at most`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unreadable(path, error);
  }
}
