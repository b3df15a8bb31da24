import { modelsOf } from "../analysis/models-of.ts";
import { type AnalysisSource, type OpenedSource, openSources } from "../analysis/open-sources.ts";
import type { AnalysisResult, CheckpointResult } from "../analysis/result.ts";
import type { OpenOptions } from "../checkpoint/place.ts";
import { UsageError } from "../errors.ts";
import { savedAnalysis } from "./saved-analysis.ts";

/** What can be compared: a checkpoint, or what an analysis of one gave, as a value or by the path of its JSON. */
export type ComparisonInput = AnalysisSource | AnalysisResult;

/** One side of a comparison, ready: a checkpoint to analyse, or a result that is there. */
export interface ComparedInput {
  /** Null for a saved result. */
  readonly opened: OpenedSource | null;
  /** Null for a checkpoint. */
  readonly saved: { readonly result: AnalysisResult; readonly checkpoint: CheckpointResult } | null;
  readonly warnings: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Opens one side of a comparison. Of a series, saved or not, its last checkpoint is taken, with a warning.
 *
 * @throws {UsageError} If there are several models; otherwise as `openCheckpoints` and {@link savedAnalysis}.
 */
export async function openCompared(
  input: ComparisonInput,
  options: OpenOptions = {},
): Promise<ComparedInput> {
  const result = isResult(input) ? input : typeof input === "string" ? await savedAnalysis(input) : null;
  if (result) {
    const name = typeof input === "string" ? input : "the analysis";
    const { item, warnings } = theLast(name, result.checkpoints, modelsOf(result).length === 1);
    return { opened: null, saved: { result, checkpoint: item }, warnings, close: async () => {} };
  }
  const opened = await openSources(input as AnalysisSource, options);
  try {
    const name = typeof input === "string" ? input : opened.sources[0]!.id;
    const { item, warnings } = theLast(name, opened.sources, opened.isSeries);
    return { opened: item, saved: null, warnings, close: opened.close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function isResult(input: ComparisonInput): input is AnalysisResult {
  return typeof input === "object" && "type" in input && input.type === "analysis";
}

function theLast<T extends { readonly id: string }>(
  name: string,
  items: readonly T[],
  isSeries: boolean,
): { item: T; warnings: string[] } {
  const item = items.at(-1);
  if (item && items.length === 1) return { item, warnings: [] };
  if (item && isSeries) {
    return {
      item,
      warnings: [`${name} is a series of ${items.length} checkpoints: its last, ${item.id}, is compared`],
    };
  }
  const ids = items.slice(0, 5).map(({ id }) => id);
  throw new UsageError(
    `compare takes two checkpoints, and ${name} holds ${items.length} checkpoints of several models (${ids.join(", ")}): name one of them`,
  );
}
