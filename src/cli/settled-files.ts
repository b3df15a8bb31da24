import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { FoundCheckpoint } from "../analysis/analyze-options.ts";

/** Files under a folder by their absolute paths, each with a text that changes when the file does. */
export type FileStamps = ReadonlyMap<string, string>;

/** Folders in folders that are looked into: `RUN/checkpoints/STEP/` and one more. */
const mostDepth = 4;

/**
 * What files there are under a folder, hidden ones left out; none where it is not there yet.
 *
 * @param ours - absolute paths that are left out too: what the watch itself writes is no news.
 */
export async function stampFiles(
  folder: string,
  ours: ReadonlySet<string> = new Set(),
  depth = 0,
): Promise<Map<string, string>> {
  const stamps = new Map<string, string>();
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names) {
    if (name.startsWith(".")) continue;
    const path = resolve(join(folder, name));
    if (ours.has(path)) continue;
    // What is moved or removed meanwhile is seen the next time.
    const facts = await stat(path).catch(() => null);
    if (facts?.isFile()) stamps.set(path, `${facts.size} ${facts.mtimeMs} ${facts.ino}`);
    else if (facts?.isDirectory() && depth < mostDepth) {
      for (const [file, stamp] of await stampFiles(path, ours, depth + 1)) stamps.set(file, stamp);
    }
  }
  return stamps;
}

/** The files that are what they were. */
export function settledFiles(before: FileStamps, now: FileStamps): Map<string, string> {
  return new Map([...now].filter(([path, stamp]) => before.get(path) === stamp));
}

/**
 * A text that is another when a checkpoint is another: of the files that hold its tensors, and of the JSON beside them
 * (its configuration, the index of its shards).
 *
 * @param now - all files, of which `settled` have not changed for a while.
 * @returns null while one of them still changes.
 */
export function stampOf(
  { path, files }: Pick<FoundCheckpoint, "path" | "files">,
  now: FileStamps,
  settled: FileStamps,
): string | null {
  const folder = resolve(path);
  const isBeside = (file: string) => file.endsWith(".json") && resolve(file, "..") === folder;
  const own = [...files.map((file) => resolve(file.path)), ...[...now.keys()].filter(isBeside)];
  if (!own.every((file) => settled.has(file))) return null;
  return [...new Set(own)].map((file) => `${file} ${settled.get(file)}`).join("\n");
}
