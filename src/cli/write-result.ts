import { randomUUID } from "node:crypto";
import { unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnalysisResult } from "../analysis/result.ts";
import { UsageError } from "../errors.ts";
import { extensionOfFormat, reasonOf, renderers, type Text } from "./outputs.ts";
import { talk } from "./terminal.ts";

/**
 * Writes a result in a format or, where it can't be written, to a file among the temporary ones: it may have taken
 * hours, and the disk be full or the folder gone since the place was checked.
 *
 * @param write - puts the text where it is to go.
 * @returns null when that went well; else an error that says why it did not, and where the result is.
 */
export async function writeOrRescue(
  result: AnalysisResult,
  format: string,
  write: (text: Text) => Promise<void>,
): Promise<Error | null> {
  // A text that comes in pieces is used up by the first who reads it.
  const render = async (): Promise<Text> => await renderers[format]!(result);
  try {
    await write(await render());
    return null;
  } catch (error) {
    // What is not a matter of the place would fail anywhere.
    if (!(error instanceof UsageError)) return error as Error;
    return new UsageError(`${error.message}; ${await rescue(render, format)}`, { cause: error.cause });
  }
}

/** Says where the result is now, or that it is nowhere. */
async function rescue(render: () => Promise<Text>, format: string): Promise<string> {
  const path = join(tmpdir(), `marchenko-${randomUUID()}${extensionOfFormat(format)}`);
  try {
    // The folder is everybody's: the file is the user's alone, and never one that was there.
    await writeFile(path, await render(), { flag: "wx", mode: 0o600 });
    return `the result is in ${path}`;
  } catch (error) {
    await unlink(path).catch(() => {});
    return `nor could it be written to ${path}: ${reasonOf(path, error)}`;
  }
}

/** Ends a run in which something could not be written: with a bug first of all, the rest is told beside it. */
export function throwAll(failures: readonly Error[]): void {
  const isBug = (error: Error) => !(error instanceof UsageError);
  const [first, ...others] = [...failures.filter(isBug), ...failures.filter((error) => !isBug(error))];
  if (!first) return;
  for (const { message } of others) talk(`marchenko: ${message}`);
  throw first;
}
