import type { AnalyzeOptions } from "./analyze-options.ts";
import type { HashedFile } from "./file-hashes.ts";
import type { Provenance } from "./result.ts";
import { version } from "./version.ts";

/** Where a result comes from: all that shaped it, and nothing that may differ between equal runs. */
export function provenanceOf(
  paths: readonly string[] | null,
  files: readonly HashedFile[],
  options: AnalyzeOptions,
  engine: string,
  run: Provenance["run"] = {},
): Provenance {
  const { include = [], exclude = [], spectra = "summary", method = "auto", seed = 0 } = options;
  const { vectors = false, comparableAlpha = false, null: nullKind = "gaussian" } = options;
  const { convolutionOperator, keepFused = false } = options;
  return {
    tool: "marchenko",
    version,
    schema: "marchenko/schema/analysis.json",
    configuration: {
      include: [...include],
      exclude: [...exclude],
      spectra,
      method,
      vectors,
      comparableAlpha,
      null: nullKind,
      ...(convolutionOperator !== undefined && { convolutionOperator }),
      ...(keepFused && { keepFused }),
    },
    seed,
    engine,
    ...(paths && { paths: [...paths] }),
    files: [...files],
    run,
  };
}
