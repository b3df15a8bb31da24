import { basename, extname } from "node:path";
import { modelsOf } from "../analysis/models-of.ts";
import type { AnalysisResult } from "../analysis/result.ts";

/** What is known of a run when it tells what comes next. */
export interface FinishedRun {
  /** What was typed, without the program. */
  readonly typed: readonly string[];
  /** Files that have the result. */
  readonly outputs: readonly string[];
}

/**
 * The command that a user needs next, as words: the page where there is none yet, from the result where it was saved;
 * else how a series moved from its first to its last checkpoint, or a gate on what was saved.
 *
 * @returns undefined where nothing is to be suggested.
 */
export function nextStep(
  result: AnalysisResult,
  { typed, outputs }: FinishedRun,
): readonly string[] | undefined {
  const [program, gated] = ["marchenko", "concentration.nearZeroRate > 0.5"];
  const withExtension = (extension: string) =>
    outputs.find((path) => extname(path).toLowerCase() === extension);
  const saved = withExtension(".json");
  if (result.checkpoints.length === 0) return undefined;
  if (withExtension(".html") === undefined) {
    if (saved !== undefined) return [program, "report", saved, "-o", pageBeside(saved)];
    return [program, ...typed, "-o", `${pageName(result)}.html`];
  }
  const [model, ...others] = modelsOf(result);
  const members = model!.result.checkpoints;
  if (others.length === 0 && members.length > 1) {
    return [program, "compare", members[0]!.path, members.at(-1)!.path, "-o", "moved.html"];
  }
  return saved === undefined ? undefined : [program, "gate", saved, "--fail-on", gated];
}

function pageBeside(path: string): string {
  return `${path.slice(0, path.length - extname(path).length)}.html`;
}

/** Of the only checkpoint; of several a name for all. */
function pageName({ checkpoints }: AnalysisResult): string {
  if (checkpoints.length > 1) return "report";
  const { path } = checkpoints[0]!;
  const name = basename(path, extname(path)).replace(/[^\w.-]/g, "-");
  return /^\w/.test(name) ? name : "report";
}
