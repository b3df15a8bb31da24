import { rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import type { AnalysisResult } from "../analysis/result.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { renderCsv } from "../report/csv.ts";
import { renderJson } from "../report/json.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { renderNdjson } from "../report/ndjson.ts";
import { renderReport } from "../report/page/render-page.ts";
import { renderTerminal } from "../report/terminal.ts";
import { columnsOf, wantsColor } from "./terminal.ts";

/** How a result can be written, by the name of the format. */
export const renderers: Readonly<Record<string, (result: AnalysisResult) => string | Promise<string>>> = {
  table: (result) =>
    renderTerminal(result, { columns: columnsOf(process.stdout), color: wantsColor(process.stdout) }),
  json: renderJson,
  ndjson: renderNdjson,
  csv: renderCsv,
  markdown: renderMarkdown,
  html: renderReport,
};

const formatOfExtension: Readonly<Record<string, string>> = {
  ".json": "json",
  ".ndjson": "ndjson",
  ".csv": "csv",
  ".md": "markdown",
  ".html": "html",
};

/** The format that a file's extension asks for. @throws {UsageError} If it asks for none. */
export function formatOfFile(path: string): string {
  const format = formatOfExtension[extname(path).toLowerCase()];
  if (format) return format;
  const known = Object.keys(formatOfExtension).join(", ");
  throw new UsageError(`can't tell the format of ${path} by its extension: use one of ${known}`);
}

/** Fails early, before hours of work, when an output could not be written. */
export async function checkOutputs(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    formatOfFile(path);
    const folder = dirname(path);
    const info = await stat(folder).catch(() => null);
    if (!info?.isDirectory())
      throw new UsageError(`can't write ${path}: the folder ${folder} does not exist, make it first`);
  }
}

/** Writes a text beside its place and moves it there, so that a file is never half written. */
export async function writeOutput(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw new UnreadableInputError(`can't write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
