import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type AnalysisResult, analysisResultSchema } from "../analysis/result.ts";
import { UnreadableInputError } from "../errors.ts";
import { type SelftestResult, selftestResultSchema } from "../selftest/result.ts";

const expected = "the JSON that `marchenko analyze MODEL -o run.json` writes, or `marchenko selftest -o`";
const shownFaults = 5;

/**
 * Reads and checks a saved result.
 *
 * @throws {UnreadableInputError} If there is no such file, it is not JSON, or not a result.
 */
export async function readResult(path: string): Promise<AnalysisResult | SelftestResult> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "it does not exist" : code === "EISDIR" ? "it is a folder" : message;
    throw new UnreadableInputError(`can't read ${path}: ${why}. Expected ${expected}.`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnreadableInputError(
      `${path} is not JSON: ${(error as Error).message}. Expected ${expected}.`,
      {
        cause: error,
      },
    );
  }
  const isSelftest = (value as { type?: unknown } | null)?.type === "selftest";
  const parsed = (isSelftest ? selftestResultSchema : analysisResultSchema).safeParse(value);
  // The value itself: the parsed copy has its keys in the schema's order, and writes other bytes.
  if (parsed.success) return value as AnalysisResult | SelftestResult;
  const { issues } = parsed.error;
  const faults = z.prettifyError(new z.ZodError(issues.slice(0, shownFaults)));
  const more = issues.length > shownFaults ? `\nand ${issues.length - shownFaults} more` : "";
  throw new UnreadableInputError(`${path} is not a result. Expected ${expected}:\n${faults}${more}`);
}
