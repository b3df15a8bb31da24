import { randomUUID } from "node:crypto";
import { unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { extensionOfFormat, formatOfFile, reasonOf, type Text, writeOutput } from "./outputs.ts";
import { printData, talk } from "./terminal.ts";

/**
 * Writes a result to files and to stdout, to all of them even if one fails.
 *
 * @param outputs - files, each in the format of its extension.
 * @param printed - the format of stdout; null when nothing is to be printed.
 * @param render - the result in a format.
 * @returns the files that have it, whether these are all, and what went wrong.
 */
export async function deliver(
  outputs: readonly string[],
  printed: string | null,
  render: (format: string) => Text | Promise<Text>,
): Promise<{ readonly written: string[]; readonly inFiles: boolean; readonly failures: Error[] }> {
  const written: string[] = [];
  const failures: Error[] = [];
  for (const path of outputs) {
    const format = formatOfFile(path);
    const failure = await writeOrRescue(
      () => render(format),
      format,
      (text) => writeOutput(path, text),
    );
    if (failure) failures.push(failure);
    else written.push(path);
  }
  if (printed !== null) {
    const failure = await writeOrRescue(() => render(printed), printed, printData);
    if (failure) failures.push(failure);
  }
  return { written, inFiles: written.length === outputs.length, failures };
}

/**
 * Writes a result in a format or, where it can't be written, to a file among the temporary ones: it may have taken
 * hours, and the disk be full or the folder gone since the place was checked.
 *
 * @param render - makes the text: again for another place, since one that comes in pieces is used up by its reader.
 * @param write - puts the text where it is to go.
 * @returns null when that went well; else an error that says why it did not, and where the result is.
 */
export async function writeOrRescue(
  render: () => Text | Promise<Text>,
  format: string,
  write: (text: Text) => Promise<void>,
): Promise<Error | null> {
  try {
    await write(await render());
    return null;
  } catch (error) {
    return await rescued(error as Error, render, format);
  }
}

/** The error of a place that did not take a result, with where the result is now. */
export async function rescued(
  error: Error,
  render: () => Text | Promise<Text>,
  format: string,
): Promise<Error> {
  // What is not a matter of the place would fail anywhere.
  if (!(error instanceof UsageError)) return error;
  return new UsageError(`${error.message}; ${await rescue(render, format)}`, { cause: error.cause });
}

/** Says where the result is now, or that it is nowhere. */
async function rescue(render: () => Text | Promise<Text>, format: string): Promise<string> {
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
