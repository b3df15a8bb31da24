import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type AnalysisResult, analysisResultSchema } from "../analysis/result.ts";
import { UnreadableInputError } from "../errors.ts";

/**
 * Reads and checks a saved result.
 *
 * @throws {UnreadableInputError} If there is no such file, it is no JSON, or not a result.
 */
export async function readResult(path: string): Promise<AnalysisResult> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new UnreadableInputError(`can't read ${path}: ${(error as Error).message}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnreadableInputError(`${path} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = analysisResultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UnreadableInputError(
    `${path} is not a result of marchenko analyze (write one with -o run.json):\n${z.prettifyError(parsed.error)}`,
  );
}
