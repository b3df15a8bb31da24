import type { OpenedSource } from "../analysis/open-sources.ts";
import type { AnalysisResult, CheckpointResult, LayerResult, Provenance } from "../analysis/result.ts";
import type { ComparedInput } from "./compared-input.ts";
import type { ComparedCheckpoint } from "./result.ts";

/** What a result says of one side. @param layers - of it that were wanted. */
export function describedCheckpoint(
  opened: OpenedSource | null,
  checkpoint: CheckpointResult,
  layers: readonly LayerResult[],
): ComparedCheckpoint {
  const { id, step, epoch, path, format } = opened ?? checkpoint;
  const layersAnalysed = layers.filter(({ status }) => status === "analysed").length;
  return { id, step, epoch, path, format, from: opened ? "checkpoint" : "result", layersAnalysed };
}

/** Where a comparison comes from: what shaped the analyses in it, and of saved ones what shaped these. */
export function comparisonProvenance(
  a: ComparedInput,
  b: ComparedInput,
  analysis: AnalysisResult | null,
  overlap: boolean,
): Provenance {
  const { tool, version, seed, engine, configuration } = (analysis ?? a.saved!.result).provenance;
  const savedIn = ({ saved }: ComparedInput) =>
    saved && { ...saved.result.provenance, files: undefined, run: undefined };
  const [fromA, fromB] = [savedIn(a), savedIn(b)];
  return {
    tool,
    version,
    schema: "marchenko/schema/comparison.json",
    configuration: {
      ...(analysis && { ...configuration, overlap }),
      ...(fromA && { a: fromA }),
      ...(fromB && { b: fromB }),
    },
    seed,
    engine,
    files: [a, b].flatMap(({ opened, saved }) => [
      ...(opened ? opened.files : saved!.result.provenance.files),
    ]),
    run: {},
  };
}

/** Saved results that were made otherwise are compared, and said to be. */
export function warningsOn(a: ComparedInput, b: ComparedInput): string[] {
  if (!a.saved || !b.saved) return [];
  const [before, after] = [a.saved.result.provenance, b.saved.result.provenance];
  return (["version", "seed", "configuration"] as const).flatMap((key) =>
    JSON.stringify(before[key]) === JSON.stringify(after[key])
      ? []
      : [`A and B were analysed with another ${key}: differences may be those of the analyses`],
  );
}
