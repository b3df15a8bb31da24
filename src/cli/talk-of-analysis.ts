import type { ProgressEvent } from "../analysis/progress.ts";
import type { AnalysisResult } from "../analysis/result.ts";
import { duration } from "./progress-line.ts";
import { partText } from "./shard-option.ts";
import { counted, talk, talkMore, talkOfLeftOut } from "./terminal.ts";
import { talkOfUnmatched } from "./unmatched-globs.ts";

/** A layer as --verbose tells of it. */
export function layerText({ checkpoint, result }: ProgressEvent): string {
  const { layer, shape, verdict, reason, spectrum } = result;
  const found =
    spectrum === null ? `skipped: ${reason}` : `${verdict ?? "no verdict"}, by ${spectrum.method}`;
  return `${checkpoint}: ${layer} [${shape.join(" x ")}] ${found}`;
}

/** Says on stderr what an analysis has done, and which globs were of no use to it. */
export function talkOfAnalysis(
  result: AnalysisResult,
  globs: { readonly include?: readonly string[]; readonly exclude?: readonly string[] },
  written: readonly string[],
): void {
  // A part of the layers tells nothing of what matches none.
  const layers = result.shard ? [] : result.checkpoints.flatMap((checkpoint) => checkpoint.layers);
  talkOfUnmatched(
    { "--include": globs.include, "--exclude": globs.exclude },
    layers.flatMap(({ tensor, layer }) => [tensor, layer]),
  );
  talkOfLeftOut(result.checkpoints.flatMap(({ leftOut }) => leftOut));
  for (const path of written) talk(`wrote ${path}`);
  const analysed = result.checkpoints.reduce((sum, { totals }) => sum + totals.layersAnalysed, 0);
  const time = duration(Number(result.provenance.run.seconds));
  talkMore(`engine ${result.provenance.engine}, ${JSON.stringify(result.provenance.run)}`);
  talk(`${counted(analysed, "layer")} in ${time}${partText(result.shard)}`);
}
