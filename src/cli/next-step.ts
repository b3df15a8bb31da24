import { basename, extname } from "node:path";
import { modelsOf } from "../analysis/models-of.ts";
import type { AnalysisResult, CheckpointResult } from "../analysis/result.ts";
import { sortFindings } from "../report/notable-layers.ts";

/** What is known of a run when it tells what comes next. */
export interface FinishedRun {
  /** What was typed, without the program. */
  readonly typed: readonly string[];
  /** Files that have the result. */
  readonly outputs: readonly string[];
}

/** As it was called: what npx has run is on no path. */
export const program = process.env.npm_lifecycle_event === "npx" ? ["npx", "marchenko"] : ["marchenko"];
const gated = "metrics.stableRank < 1.2";

/**
 * The command that a user needs next, as words: the page where there is none yet, from the result where it was saved;
 * else how a series moved from its first to its last checkpoint, or a gate on what was saved.
 *
 * @returns the best first; others are for where it would be too long. None where nothing is to be suggested.
 */
export function nextSteps(
  result: AnalysisResult,
  { typed, outputs }: FinishedRun,
): readonly (readonly string[])[] {
  const withExtension = (extension: string) =>
    outputs.find((path) => extname(path).toLowerCase() === extension);
  const saved = withExtension(".json");
  const { checkpoints } = result;
  if (checkpoints.length === 0) return [];
  if (withExtension(".html") === undefined) {
    if (saved !== undefined) return [[...program, "report", saved, "-o", pageBeside(saved)]];
    const worst = worstOf(checkpoints);
    // What follows "--" is a path, whatever it looks like.
    const end = typed.includes("--") ? typed.indexOf("--") : typed.length;
    const page = ["-o", `${pageName(checkpoints)}.html`];
    // What else was written need not be written again.
    const writesMore = typed.slice(0, end).some((word) => word.startsWith("--write-denoised"));
    return [
      ...(writesMore ? [] : [[...program, ...typed.slice(0, end), ...page, ...typed.slice(end)]]),
      [...program, "analyze", ...pathsAndOutput([worst.path], `${pageName([worst])}.html`)],
    ];
  }
  const [model, ...others] = modelsOf(result);
  const members = model!.result.checkpoints;
  if (others.length === 0 && members.length > 1) {
    const ends = [members[0]!.path, members.at(-1)!.path];
    return [[...program, "compare", ...pathsAndOutput(ends, "moved.html")]];
  }
  return saved === undefined ? [] : [[...program, "gate", saved, "--fail-on", gated]];
}

/** The end of a command, also where a path looks like an option. */
function pathsAndOutput(paths: readonly string[], output: string): readonly string[] {
  const isGuarded = paths.some((path) => path.startsWith("-"));
  return isGuarded ? ["-o", output, "--", ...paths] : [...paths, "-o", output];
}

/** The checkpoint with the worst finding. */
function worstOf(checkpoints: readonly CheckpointResult[]): CheckpointResult {
  const [worst] = sortFindings(
    checkpoints.flatMap((checkpoint) => checkpoint.findings.map((finding) => ({ ...finding, checkpoint }))),
  );
  return worst?.checkpoint ?? checkpoints.at(-1)!;
}

function pageBeside(path: string): string {
  return `${path.slice(0, path.length - extname(path).length)}.html`;
}

/** Of the only checkpoint; of several a name for all. */
function pageName(checkpoints: readonly CheckpointResult[]): string {
  if (checkpoints.length > 1) return "report";
  const { path } = checkpoints[0]!;
  const name = basename(path, extname(path)).replace(/[^\w.-]/g, "-");
  return /^\w/.test(name) ? name : "report";
}
