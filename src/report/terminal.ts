import { getBorderCharacters, table } from "table";
import type { AnalysisResult, CheckpointResult, Finding, LayerResult } from "../analysis/result.ts";
import { columnOf } from "./columns.ts";
import { countReasons, countVerdicts, verdictLead, verdictTexts } from "./describe-verdict.ts";
import { missing } from "./format-number.ts";
import { notableLayers, ratioExcess, severityMarks, sortFindings } from "./notable-layers.ts";
import { plainLine } from "./plain-text.ts";
import { shortenMiddle } from "./shorten-middle.ts";
import { wrapText } from "./wrap-text.ts";

export interface TerminalOptions {
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Whether to write SGR colour codes; marks tell the same without them. */
  readonly color: boolean;
}

type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";
const sgr: Readonly<Record<Style, readonly [open: number, close: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
};
const severityStyles = { error: "red", warning: "yellow", info: "cyan" } as const;

/** With these a result fits a screen of 24 lines with the prompt. */
const layersShown = 5;
const findingsShown = 4;
const warningsShown = 1;
/** Narrowest terminal that the table is laid out for. */
const minimumWidth = 48;

/**
 * The answer of an analysis on at most one screen: verdict, counts, the layers farthest from noise,
 * findings and what was skipped.
 *
 * @param result - the result of an analysis; of a series, the last checkpoint is shown.
 * @param options - width and colour.
 * @returns lines, each ended by a newline and no wider than the terminal (from 48 columns on).
 */
export function renderTerminal(result: AnalysisResult, options: TerminalOptions): string {
  const width = Math.max(minimumWidth, options.columns);
  const paint = (style: Style, text: string) =>
    options.color ? `\u001b[${sgr[style][0]}m${text}\u001b[${sgr[style][1]}m` : text;
  const checkpoint = result.checkpoints.at(-1);
  if (checkpoint === undefined) return "✗ No checkpoint was analysed.\n";

  const lines = [
    ...verdictLines(checkpoint, width, paint),
    ...(result.checkpoints.length > 1
      ? [
          ...dimLines(
            `${plainLine(checkpoint.id)}, the last of ${result.checkpoints.length} checkpoints`,
            width,
            paint,
          ),
        ]
      : []),
    ...countLines(checkpoint.layers, width),
    ...layerLines(checkpoint.layers, width, paint),
    ...findingLines(checkpoint.findings, width, paint),
  ];
  const skipped = countReasons(checkpoint.layers).map(([reason, count]) => `${count} ${plainLine(reason)}`);
  if (skipped.length > 0) lines.push(...dimLines(`skipped: ${skipped.join(", ")}`, width, paint));
  for (const warning of result.warnings.slice(0, warningsShown)) {
    lines.push(...wrapText(`! ${plainLine(warning)}`, width, 2).map((line) => paint("yellow", line)));
  }
  lines.push(...moreLines(result.warnings.length - warningsShown, "warning", width, paint));
  return lines.map((line) => `${line}\n`).join("");
}

type Paint = (style: Style, text: string) => string;

/** The mark is about findings, not about the verdict: noise is no fault. */
function verdictLines(checkpoint: CheckpointResult, width: number, paint: Paint): string[] {
  const worst = sortFindings(checkpoint.findings)[0]?.severity;
  const mark =
    worst === "error" ? paint("red", "✗") : worst === "warning" ? paint("yellow", "!") : paint("green", "✓");
  const [first = "", ...rest] = wrapText(verdictLead(checkpoint), width - 2, 0);
  return [`${mark} ${paint("bold", first)}`, ...rest.map((line) => `  ${paint("bold", line)}`)];
}

function countLines(layers: readonly LayerResult[], width: number): string[] {
  const lines: string[] = [];
  for (const [verdict, count] of countVerdicts(layers)) {
    const { mark, title } = verdictTexts[verdict];
    const part = `  ${mark} ${count} ${title}`;
    const fits = lines.length > 0 && lines.at(-1)!.length + part.length <= width;
    lines.push(fits ? lines.pop() + part : part);
  }
  return lines;
}

function layerLines(layers: readonly LayerResult[], width: number, paint: Paint): string[] {
  const shown = notableLayers(layers, layersShown);
  if (shown.length === 0) return [];
  const ids = ["concentration.ratio", "metrics.spikeCount", "metrics.stableRank", "marchenkoPastur.pValue"];
  const columns = ids.map(columnOf).slice(0, width < 80 ? 2 : 4);
  const cells = shown.map((layer) => [
    `${layer.verdict === null ? missing : verdictTexts[layer.verdict].mark} ${plainLine(layer.layer)}`,
    ...columns.map((column) => column.text(layer)),
  ]);
  const numbers = columns.map((column, i) =>
    Math.max(column.symbol.length, ...cells.map((row) => row[i + 1]!.length)),
  );
  const nameWidth = Math.max(8, width - numbers.reduce((sum, each) => sum + each + 2, 2));
  const rows = cells.map(([name, ...rest]) => [shortenMiddle(name!, nameWidth), ...rest]);
  const outside = shown.some((layer) => (ratioExcess(layer) ?? 0) > 0);
  const title = outside
    ? "farthest from noise, ratio [5–95 % of noise]"
    : "all within noise, ratio [5–95 % of noise]";
  const text = table([["  layer", ...columns.map((column) => column.symbol)], ...rows], {
    border: getBorderCharacters("void"),
    columnDefault: { paddingLeft: 0, paddingRight: 2, alignment: "right" },
    columns: [{ alignment: "left" }],
    drawHorizontalLine: () => false,
  });
  const [head = "", ...body] = text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  return ["", paint("dim", clip(`  ${title}`, width)), paint("dim", head), ...body, ""];
}

function findingLines(findings: readonly Finding[], width: number, paint: Paint): string[] {
  const lines = sortFindings(findings)
    .slice(0, findingsShown)
    .flatMap((finding) => {
      const where = finding.layer === null ? "" : `${plainLine(finding.layer)}: `;
      const mark = paint(severityStyles[finding.severity], severityMarks[finding.severity]);
      const [first = "", ...rest] = wrapText(where + plainLine(finding.evidence), width - 2, 0);
      return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  return [...lines, ...moreLines(findings.length - findingsShown, "finding", width, paint)];
}

/** How many are not shown, and where they are; nothing when all are. */
function moreLines(count: number, noun: string, width: number, paint: Paint): string[] {
  if (count <= 0) return [];
  return dimLines(
    `and ${count} more ${noun}${count === 1 ? "" : "s"}: see the JSON or the page (-o result.json, -o result.html)`,
    width,
    paint,
  );
}

function dimLines(text: string, width: number, paint: Paint): string[] {
  return wrapText(text, width - 2, 0).map((line) => paint("dim", `  ${line}`));
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
