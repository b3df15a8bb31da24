import { analyze } from "../analysis/analyze.ts";
import { type AnalysisResult, analysisResultSchema } from "../analysis/result.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { renderJson } from "../report/json.ts";
import { renderReport } from "../report/page/render-page.ts";
import type { Tell } from "./job.ts";

/** Bytes of a saved result that is read whole: one of some ten thousand layers. */
const RESULT_BYTES = 256 << 20;

/**
 * Analyses checkpoints that a user chose, or takes the one saved result among them, and tells of the report.
 *
 * @param files - one checkpoint each.
 * @param workers - threads, >= 1.
 * @throws As `analyze` does; {UnreadableInputError} If a .json file is no saved analysis.
 */
export async function analyseFiles(files: readonly File[], workers: number, tell: Tell): Promise<void> {
  const result = (await savedResult(files)) ?? (await analysed(files, workers, tell));
  tell({ type: "progress", share: 1, what: "drawing the report" });
  tell({ type: "done", name: nameOf(files), page: await renderReport(result), json: renderJson(result) });
}

function analysed(files: readonly File[], workers: number, tell: Tell): Promise<AnalysisResult> {
  return analyze(files, {
    workers,
    onProgress({ cost, index, count, result }) {
      const share = cost.total > 0 ? cost.done / cost.total : 1;
      const outcome = result.verdict ?? `skipped: ${result.reason}`;
      tell({ type: "progress", share, what: `tensor ${index + 1} of ${count}: ${result.layer}, ${outcome}` });
    },
  });
}

async function savedResult(files: readonly File[]): Promise<AnalysisResult | null> {
  const [file] = files;
  if (!file) throw new UsageError("nothing was chosen: expected a file");
  if (files.length > 1 || !file.name.toLowerCase().endsWith(".json")) return null;
  if (file.size > RESULT_BYTES) {
    throw new UnreadableInputError(`${file.name} has ${file.size} bytes: expected ${RESULT_BYTES} at most`);
  }
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch (cause) {
    throw new UnreadableInputError(`${file.name} is not JSON: ${(cause as Error).message}`, { cause });
  }
  // Shards of a model have an index in JSON, which leads to files that are not here: analyze says so.
  if ((value as { type?: unknown } | null)?.type !== "analysis") return null;
  const parsed = analysisResultSchema.safeParse(value);
  if (parsed.success) return value as AnalysisResult;
  const [fault] = parsed.error.issues;
  throw new UnreadableInputError(
    `${file.name} is no result of this version: ${fault?.path.join(".")}: ${fault?.message}. Analyse the checkpoint again.`,
  );
}

function nameOf(files: readonly File[]): string {
  return files.length === 1 ? files[0]!.name : `${files[0]!.name} and ${files.length - 1} more`;
}
