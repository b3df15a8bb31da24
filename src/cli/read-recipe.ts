import { open } from "node:fs/promises";
import { similarNames, similarPaths } from "../checkpoint/nearest-names.ts";
import { unreadable } from "../checkpoint/system-errors.ts";
import { MarchenkoError, UnreadableInputError, UsageError } from "../errors.ts";
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
    if (!preset) throw unknownPreset("RECIPE (a file's path has a dot or a slash)", given, presetsByName);
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
  const handle = await open(path, "r").catch(async (error: unknown) => {
    const near = [...(await similarPaths(path)), ...similarNames(path, Array.from(presetsByName.keys()))];
    const { message } = unreadable(path, error);
    throw near.length > 0
      ? new UnreadableInputError(`${message} Did you mean ${near.join(" or ")}?`, { cause: error })
      : unreadable(path, error);
  });
  try {
    if ((await handle.stat()).isDirectory()) {
      throw new UnreadableInputError(
        `${path} is a folder: expected the file of a recipe; a run's is recipe.json in its folder.`,
      );
    }
    // Read no further than a recipe goes: what isn't a regular file has no size, and may have no end.
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > mostBytes)
      throw new UsageError(`${path} is no recipe: expected ${mostBytes} bytes at most.`);
    return bytes.toString("utf8", 0, length);
  } catch (error) {
    if (error instanceof MarchenkoError) throw error;
    throw unreadable(path, error);
  } finally {
    await handle.close();
  }
}
