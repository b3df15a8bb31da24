import { UnreadableInputError } from "../errors.ts";
import { isAbsent } from "./system-errors.ts";

/** Names further away than this share of their length are not suggested. */
const FARTHEST = 0.4;

/**
 * The error for a path that does not exist, with the names in its folder that are most like it.
 */
export async function missingPath(path: string): Promise<UnreadableInputError> {
  const { readdir } = await import("node:fs/promises");
  const { basename, dirname } = await import("node:path");
  const folder = dirname(path);
  let names: string[] = [];
  try {
    names = await readdir(folder);
  } catch (error) {
    // A folder may let itself be entered and not be listed: then there is nothing to suggest.
    if (!isAbsent(error)) return new UnreadableInputError(`${path} does not exist. Check the path.`);
    return new UnreadableInputError(`${path} does not exist, and neither does the folder ${folder}.`);
  }
  const near = similarNames(basename(path), names);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `The folder ${folder} has no such name.`;
  return new UnreadableInputError(`${path} does not exist: expected a checkpoint file or folder. ${hint}`);
}

/** Paths beside one that is not there, of names much like its: three at most, perhaps none. */
export async function similarPaths(path: string): Promise<string[]> {
  const { readdir } = await import("node:fs/promises");
  const { basename, dirname, join } = await import("node:path");
  const names = await readdir(dirname(path)).catch(() => []);
  return similarNames(basename(path), names).map((name) => join(dirname(path), name));
}

/** Names that are much like a misspelt one, the nearest first: three at most, perhaps none. */
export function similarNames(wanted: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= FARTHEST * Math.max(name.length, wanted.length))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
 *
 * @source Wagner & Fischer 1974 for the rows; Damerau 1964 for swaps (each letter is swapped once at most).
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? before[j - 2]! + 1 : replaced;
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
