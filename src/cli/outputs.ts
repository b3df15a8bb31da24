import { constants, existsSync } from "node:fs";
import { access, rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import type { AnalysisResult } from "../analysis/result.ts";
import { similarNames } from "../checkpoint/nearest-names.ts";
import { UsageError } from "../errors.ts";
import { renderCsv } from "../report/csv.ts";
import { jsonPieces } from "../report/json.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { ndjsonLines } from "../report/ndjson.ts";
import { type FinishedRun, nextSteps } from "./next-step.ts";
import { growHeapSlowly } from "./small-heap.ts";
import { columnsOf, wantsColor } from "./terminal.ts";

/** A text, its pieces in order, or the bytes of what is no text. */
export type Text = string | Generator<string> | Uint8Array;

/**
 * How a result can be written, by the name of the format.
 *
 * @param finished - what the table takes the next command from; it tells none without.
 */
export const renderers: Readonly<
  Record<string, (result: AnalysisResult, finished?: FinishedRun) => Text | Promise<Text>>
> = {
  async table(result, finished) {
    const { renderTerminal } = await import("../report/terminal.ts");
    return renderTerminal(result, {
      columns: columnsOf(process.stdout),
      color: wantsColor(process.stdout),
      next: finished && nextSteps(result, finished),
    });
  },
  json: (result) => jsonPieces(result),
  ndjson: (result) => ndjsonLines(result),
  csv: (result) => renderCsv(result),
  parquet: async (result) => (await import("../report/parquet.ts")).renderParquet(result),
  markdown: (result) => renderMarkdown(result),
  // Loading the charts takes longer than most commands do.
  async html(result) {
    growHeapSlowly();
    const { renderReport } = await import("../report/page/render-page.ts");
    return await renderReport(result);
  },
};

const formatOfExtension: Readonly<Record<string, string>> = {
  ".json": "json",
  ".ndjson": "ndjson",
  ".csv": "csv",
  ".parquet": "parquet",
  ".md": "markdown",
  ".html": "html",
  ".sarif": "sarif",
};
const allFormats = Object.values(formatOfExtension);

/**
 * The format that a file's extension asks for.
 *
 * @param formats - those that there are to choose of.
 * @throws {UsageError} If it asks for none.
 */
export function formatOfFile(path: string, formats: readonly string[] = allFormats): string {
  const extension = extname(path).toLowerCase();
  if (Object.hasOwn(formatOfExtension, extension)) return formatOfExtension[extension]!;
  const known = Object.keys(formatOfExtension).filter((each) => formats.includes(formatOfExtension[each]!));
  const near = similarNames(extension, known);
  const hint = near.length > 0 ? `. Did you mean ${near.join(" or ")}?` : "";
  throw new UsageError(
    `can't tell the format of ${path} by its extension: use one of ${known.join(", ")}${hint}`,
  );
}

/** @throws {UsageError} If a command does not write the format of a file: with those that it does. */
export function requireWritable(
  command: string,
  outputs: readonly string[],
  formats: Readonly<Record<string, unknown>>,
): void {
  for (const path of outputs) {
    if (Object.hasOwn(formats, formatOfFile(path, Object.keys(formats)))) continue;
    const known = Object.keys(formats).filter((format) => extensionOfFormat(format) !== plainText);
    throw new UsageError(`${command} writes ${known.map(extensionOfFormat).join(", ")}, not ${path}`);
  }
}

const plainText = ".txt";

/** The extension of a file in a format; one of plain text for a table, which is for the screen. */
export function extensionOfFormat(format: string): string {
  const known = Object.entries(formatOfExtension).find(([, each]) => each === format);
  return known ? known[0] : plainText;
}

/**
 * Fails early, before hours of work, when an output could not be written.
 *
 * @throws {UsageError} If the extension names no format, or a file can't be made there.
 */
export async function checkOutputs(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    formatOfFile(path);
    await checkPlace(path);
  }
}

/** @throws {UsageError} If a file can't be made at this path: no folder, no permission, a folder itself. */
export async function checkPlace(path: string): Promise<void> {
  const folder = dirname(path);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    const why = found ? "is not a folder" : "does not exist, make it first";
    throw new UsageError(`can't write ${path}: the folder ${folder} ${why}`);
  }
  const present = await stat(path).catch(() => null);
  if (present?.isDirectory()) throw new UsageError(`can't write ${path}: it is a folder, name a file in it`);
  try {
    // A move replaces even a file that its owner has protected.
    if (present) await access(path, constants.W_OK);
    // Permissions don't tell all (a read-only disk, /proc): only making a file does.
    await writeFile(placeBeside(path), "");
    await unlink(placeBeside(path));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a text beside its place and moves it there, so that a file is never half written. */
export async function writeOutput(path: string, text: Text): Promise<void> {
  const beside = placeBeside(path);
  try {
    await writeFile(beside, typeof text === "string" || text instanceof Uint8Array ? text : joined(text));
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/** Characters that are handed to the system at once: each time is a way there and back of a tenth of a millisecond. */
const chunk = 1 << 18;

/** The same text in larger pieces. */
function* joined(pieces: Generator<string>): Generator<string> {
  let waiting: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < chunk) continue;
    yield waiting.join("");
    waiting = [];
    length = 0;
  }
  if (length > 0) yield waiting.join("");
}

function placeBeside(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** What the system has against a file; anything else that went wrong is passed on as it is. */
export function cannotWrite(path: string, cause: unknown): unknown {
  if (typeof (cause as NodeJS.ErrnoException).code !== "string") return cause;
  return new UsageError(`can't write ${path}: ${reasonOf(path, cause)}`, { cause });
}

/** Why a file could not be written, and what to do. */
export function reasonOf(path: string, error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" && !existsSync(dirname(path))) return `the folder ${dirname(path)} is gone`;
  return reasons[code] ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "no permission, write elsewhere or change the permissions",
  EPERM: "no permission, write elsewhere or change the permissions",
  EROFS: "the disk is read-only, write elsewhere",
  ENOENT: "no file can be made there, write elsewhere",
  EEXIST: "it is a file, name a folder",
  ENOTDIR: "a part of the path before its last is a file, not a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is used up",
};
