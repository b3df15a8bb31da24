import { type AnalysedModel, modelsOf } from "../analysis/models-of.ts";
import type { AnalysisResult, CheckpointResult, LayerResult } from "../analysis/result.ts";
import { coreColumns } from "./columns.ts";
import { countReasons, joinWithAnd, verdictSentence, verdictTexts } from "./describe-verdict.ts";
import { formatCount } from "./format-number.ts";
import { shapeText } from "./layer-facts.ts";
import { code, escapeText } from "./markdown-text.ts";
import { severityMarks, sortFindings } from "./notable-layers.ts";

/**
 * A result as Markdown for a pull request or a model card: verdict, findings and a table of layers.
 *
 * @param result - the result of an analysis.
 * @returns GitHub-flavoured Markdown; names of tensors are code, so that none is read as markup.
 */
export function renderMarkdown(result: AnalysisResult): string {
  const { tool, version, seed, engine } = result.provenance;
  return [
    "# Spectral analysis",
    ...modelsOf(result).flatMap(modelParts),
    ...list("## Warnings", result.warnings.map(escapeText)),
    `<sub>${tool} ${escapeText(version)}, seed ${escapeText(String(seed))}, engine ${escapeText(engine)}</sub>`,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function modelParts({ name, isSeries, result: { checkpoints } }: AnalysedModel): string[] {
  return checkpoints.flatMap((checkpoint, i) => {
    const [title, ...rest] = checkpointParts(checkpoint);
    const place = `Checkpoint ${i + 1} of ${checkpoints.length} of the series ${escapeText(name ?? "")}.`;
    return [title!, ...(isSeries && name !== null ? [place] : []), ...rest];
  });
}

function checkpointParts(checkpoint: CheckpointResult): string[] {
  const { totals, layers } = checkpoint;
  const skipped = countReasons(layers).map(([reason, count]) => `${count} ${escapeText(reason)}`);
  const coverage = `${formatCount(totals.parametersAnalysed)} of ${formatCount(totals.parameters)} parameters analysed, in ${totals.layersAnalysed} matrices`;
  const findings = sortFindings(checkpoint.findings).map((finding) => {
    const where = finding.layer === null ? "" : ` ${code(finding.layer)}:`;
    return `**${severityMarks[finding.severity]} ${finding.severity}**${where} ${escapeText(sentence(finding.evidence))} ${escapeText(finding.advice)}`;
  });
  return [
    `## ${escapeText(checkpoint.id)}`,
    `**${verdictSentence(checkpoint)}**`,
    `${coverage}${skipped.length === 0 ? "" : `; skipped: ${joinWithAnd(skipped)}`}.`,
    ...list("### Findings", findings),
    "### Layers",
    layerTable(layers),
    "In brackets: 5 to 95 % of noise of the same shape. In parentheses: numbers of a Marchenko-Pastur fit that is rejected.",
  ];
}

function layerTable(layers: readonly LayerResult[]): string {
  const columns = coreColumns();
  const head = ["layer", "role", "shape", "verdict", ...columns.map((column) => column.title)];
  const rows = layers.map((layer) => [
    code(layer.layer),
    escapeText(layer.role ?? layer.kind),
    shapeText(layer.shape),
    layer.status === "skipped"
      ? `skipped: ${escapeText(layer.reason ?? "")}`
      : layer.verdict === null
        ? ""
        : `${verdictTexts[layer.verdict].mark} ${verdictTexts[layer.verdict].title}`,
    ...columns.map((column) => (layer.status === "skipped" ? "" : column.text(layer))),
  ]);
  const rule = head.map((_, index) => (index < 4 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function list(heading: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [heading, items.map((item) => `- ${item}`).join("\n")];
}

/** Evidence is a clause; advice follows it. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
