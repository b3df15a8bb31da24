import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { UsageError } from "../errors.ts";
import type { GivenReport } from "../viewer/viewer-document.ts";
import { resultKinds } from "./result-kinds.ts";

/**
 * The page of a saved result.
 *
 * @returns null of anything else: a checkpoint's index is JSON, too.
 * @throws {UnreadableInputError} If it says that it is a result, and is none; {UsageError} If its kind has no page.
 */
export async function savedReport(path: string): Promise<GivenReport | null> {
  if (!path.toLowerCase().endsWith(".json") || /^\w+:\/\//.test(path)) return null;
  const json = await readFile(path, "utf8").catch(() => "");
  if (!resultKinds.some(({ type }) => type === typeOf(json))) return null;
  // Loaded here: the validation library is a fifth of the memory of the commands that don't need it.
  const { readResult } = await import("./read-result.ts");
  const result = await readResult(path);
  if (!result.formats.includes("html")) {
    throw new UsageError(`${result.noun} has no page: ${result.formats.join(", ")}`);
  }
  const text = await result.render("html");
  return { name: basename(path), page: typeof text === "string" ? text : [...text].join(""), json };
}

function typeOf(json: string): unknown {
  try {
    return (JSON.parse(json) as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}
