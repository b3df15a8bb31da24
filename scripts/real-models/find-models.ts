import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";

/** A model that was found. */
export interface FoundModel {
  readonly path: string;
  /** Relative to the package. */
  readonly file: string;
  /** Its file without extension, or its folder where the file is a `model.json`. */
  readonly name: string;
}

/**
 * Every model in a folder: ONNX files, and JSON files with a manifest of weights.
 *
 * @returns sorted by file.
 */
export function findModels(folder: string): FoundModel[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((path) => path.endsWith(".onnx") || (path.endsWith(".json") && hasManifest(path)))
    .map((path) => ({ path, file: relative(folder, path), name: nameOf(path) }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

function hasManifest(path: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (Array.isArray(value))
      return typeof value[0] === "object" && "weights" in value[0] && "paths" in value[0];
    return typeof value === "object" && value !== null && "weightsManifest" in value;
  } catch {
    // Settings of editors are JSON with comments.
    return false;
  }
}

function nameOf(path: string): string {
  const name = basename(path, extname(path));
  return name === "model" ? basename(dirname(path)) : name.replace("-weights_manifest", "");
}
