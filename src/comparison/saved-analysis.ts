import { type AnalysisResult, analysisResultSchema } from "../analysis/result.ts";
import { UnreadableInputError } from "../errors.ts";

const shownFaults = 5;

/**
 * The analysis that a file holds, where it is one that `analyze` wrote.
 *
 * @param path - of anything: a checkpoint may be JSON as well (a TensorFlow.js model).
 * @returns null where the file is no saved result.
 * @throws {UnreadableInputError} If it is a result of another kind, a shard, or not as its schema has it.
 */
export async function savedAnalysis(path: string): Promise<AnalysisResult | null> {
  if (!path.toLowerCase().endsWith(".json")) return null;
  const { readFile } = await import("node:fs/promises");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch {
    // What can't be read, or is no JSON, is told by what opens checkpoints.
    return null;
  }
  const { type, schemaVersion, shard } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof type !== "string" || schemaVersion === undefined) return null;
  if (type !== "analysis") {
    throw new UnreadableInputError(
      `${path} is a saved result of type ${JSON.stringify(type)}: expected the JSON that \`marchenko analyze\` writes`,
    );
  }
  if (shard !== undefined) {
    throw new UnreadableInputError(
      `${path} is one shard of an analysis: put them together with marchenko merge`,
    );
  }
  const parsed = analysisResultSchema.safeParse(value);
  if (parsed.success) return value as AnalysisResult;
  const { issues } = parsed.error;
  const faults = issues.slice(0, shownFaults).map(({ path: at, message }) => `${at.join(".")}: ${message}`);
  throw new UnreadableInputError(
    `${path} is not a result that \`marchenko analyze\` wrote: ${faults.join("; ")}` +
      (issues.length > shownFaults ? `; and ${issues.length - shownFaults} more` : ""),
  );
}
