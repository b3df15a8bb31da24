import type { ComparisonResult, UnpairedLayer } from "../../comparison/result.ts";
import { verdictTexts } from "../describe-verdict.ts";
import { missing } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { code, escapeText } from "../markdown-text.ts";
import { comparisonColumns, metricTitle, signed, summaryIds, verdictsText } from "./comparison-columns.ts";
import { comparisonLead, hasWeights } from "./comparison-words.ts";

/** Of layers that only one side has, at most. */
const namedAtMost = 20;

/**
 * A comparison as Markdown for a pull request: the answer, how metrics moved, and every layer, the most moved first.
 *
 * @returns GitHub-flavoured Markdown; names of tensors are code, so that none is read as markup.
 */
export function comparisonMarkdown(result: ComparisonResult): string {
  const { a, b, layers, onlyInA, onlyInB, notCompared, warnings, provenance } = result;
  const columns = comparisonColumns(layers);
  const withWeights = hasWeights(result);
  const heads = [
    "layer",
    "role",
    "shape",
    "verdict",
    ...(withWeights ? ["the change is"] : []),
    ...columns.map(({ title }) => title),
  ];
  const rows = layers.map((layer) => [
    code(layer.layer),
    escapeText(layer.role ?? layer.kind),
    shapeText(layer.shape),
    verdictsText(layer),
    ...(withWeights ? [layer.change?.verdict ? verdictTexts[layer.change.verdict].title : missing] : []),
    ...columns.map((column) => column.text(layer)),
  ]);
  const texts = withWeights ? 5 : 4;
  const parts = [
    "# Comparison",
    `A: ${code(a.path)}${stepText(a.step)}  \nB: ${code(b.path)}${stepText(b.step)}`,
    `**${escapeText(comparisonLead(result))}**`,
    "## Metrics",
    summaryTable(result),
    "A difference is none where it is not larger than its error, unsure up to twice; errors are those that both results hold.",
    "## Layers",
    tableOf(heads, rows, texts),
    ...(withWeights
      ? [
          "In brackets: what random subspaces have in common. In parentheses: numbers of a Marchenko-Pastur fit that is rejected.",
        ]
      : []),
    ...list("## Only in A", onlyInA.map(unpairedText)),
    ...list("## Only in B", onlyInB.map(unpairedText)),
    ...list(
      "## Of another shape",
      notCompared
        .filter(({ reason }) => reason === "shape")
        .map(({ layer, detail }) => `${code(layer)}: ${escapeText(detail)}`),
    ),
    ...list("## Warnings", warnings.map(escapeText)),
    `<sub>${provenance.tool} ${escapeText(provenance.version)}, seed ${escapeText(String(provenance.seed))}, engine ${escapeText(provenance.engine)}</sub>`,
  ];
  return parts.map((part) => `${part}\n`).join("\n");
}

function summaryTable({ summary }: ComparisonResult): string {
  const rows = summaryIds(summary, "all").map((id) => {
    const { medianDifference, moved, unsure, none, unreliable, unknown } = summary[id]!;
    const counts = [moved, unsure, none, unreliable, unknown].map(String);
    return [escapeText(metricTitle(id)), signed(medianDifference), ...counts];
  });
  return tableOf(["metric", "median of B − A", "moved", "unsure", "none", "unreliable", "no error"], rows, 1);
}

function unpairedText({ layer, shape, reason }: UnpairedLayer): string {
  return `${code(layer)} ${shapeText(shape)}${reason === null ? "" : `, skipped: ${escapeText(reason)}`}`;
}

function stepText(step: number | null): string {
  return step === null ? "" : `, step ${step}`;
}

function list(heading: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, namedAtMost).map((item) => `- ${item}`);
  const more = items.length - shown.length;
  return [heading, [...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n")];
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[], texts: number): string {
  const rule = heads.map((_, i) => (i < texts ? "---" : "---:"));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
