import type { NoiseCheckpoint, NoiseResult } from "../../noise/result.ts";
import { code, escapeText } from "../markdown-text.ts";
import { checkpointName, noiseColumns, noiseSentences, noiseSetting } from "./noise-columns.ts";

/**
 * Gradient noise as Markdown: sentences and a table for each checkpoint.
 *
 * @returns GitHub-flavoured Markdown; names are code, so that none is read as markup.
 */
export function noiseMarkdown(result: NoiseResult): string {
  const { tool, version, seed, engine } = result.provenance;
  return [
    "# Gradient noise",
    ...result.checkpoints.flatMap(checkpointParts),
    "D: KS distance of the eigenvalues of summed noise (random signs) over their mean from a law over its own, and in parentheses the share of simulated matrices of the law that are as far. White: after whitening by the covariances of other batches. α/p: 1 for isotropic vectors; ± by the jackknife over batches.",
    ...(result.warnings.length > 0
      ? ["## Warnings", result.warnings.map((warning) => `- ${escapeText(warning)}`).join("\n")]
      : []),
    `<sub>${tool} ${escapeText(version)}, seed ${escapeText(String(seed))}, engine ${escapeText(engine)}</sub>`,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function checkpointParts(checkpoint: NoiseCheckpoint): string[] {
  const head = ["layer", "role", ...noiseColumns.map(({ title }) => escapeText(title))];
  const lines = [
    head,
    head.map((_, i) => (i < 2 ? "---" : "---:")),
    ...checkpoint.layers.map((layer) => [
      code(layer.layer),
      escapeText(layer.role ?? layer.kind),
      ...noiseColumns.map((column) => escapeText(column.text(layer))),
    ]),
  ];
  return [
    `## ${escapeText(checkpointName(checkpoint))}`,
    `${escapeText(noiseSetting(checkpoint))}.`,
    ...noiseSentences(checkpoint).map(escapeText),
    lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
    ...(checkpoint.layers.some(({ tail }) => tail)
      ? [
          "Tails:",
          checkpoint.layers
            .flatMap(({ layer, tail }) =>
              tail ? [`- ${code(layer)}: ${tail.verdict}, ${escapeText(tail.evidence)}`] : [],
            )
            .join("\n"),
        ]
      : []),
  ];
}
