import type { MeasurementResult } from "../../measure/result.ts";
import { code, escapeText } from "../markdown-text.ts";
import { measurementRows } from "./measurement-rows.ts";
import { measurementSentences } from "./measurement-sentences.ts";

/**
 * A measurement as Markdown: sentences, and a table for each part of a checkpoint.
 *
 * @returns GitHub-flavoured Markdown; names are code, so that none is read as markup.
 */
export function measurementMarkdown(result: MeasurementResult): string {
  const { tool, version, seed, engine } = result.provenance;
  return [
    "# Measurement",
    ...measurementSentences(result).map(escapeText),
    ...measurementRows(result, { withErrors: true }).flatMap(({ title, headings, rows }) => {
      const [name, ...symbols] = headings;
      const lines = [
        [name!, ...symbols.map(code)],
        headings.map((_, i) => (i === 0 ? "---" : "---:")),
        ...rows.map(([first, ...cells]) => [code(first!), ...cells]),
      ];
      return [`## ${escapeText(title)}`, lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")];
    }),
    "Of a block: ± its standard error over examples. Of a mean: ± the standard deviation between blocks.",
    ...(result.warnings.length > 0
      ? ["## Warnings", result.warnings.map((warning) => `- ${escapeText(warning)}`).join("\n")]
      : []),
    `<sub>${tool} ${escapeText(version)}, seed ${escapeText(String(seed))}, engine ${escapeText(engine)}</sub>`,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}
