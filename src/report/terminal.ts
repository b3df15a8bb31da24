import { getBorderCharacters, table } from "table";
import type { AnalysisResult, CheckpointResult, Finding, LayerResult } from "../analysis/result.ts";
import { columnOf } from "./columns.ts";
import { countReasons, countVerdicts, verdictLead, verdictTexts } from "./describe-verdict.ts";
import { missing } from "./format-number.ts";
import { notableLayers, ratioExcess, severityMarks, sortFindings } from "./notable-layers.ts";

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
    verdictLine(checkpoint, width, paint),
    ...(result.checkpoints.length > 1
      ? [
          paint(
            "dim",
            clip(`  ${checkpoint.id}, the last of ${result.checkpoints.length} checkpoints`, width),
          ),
        ]
      : []),
    ...countLines(checkpoint.layers, width),
    ...layerLines(checkpoint.layers, width, paint),
    ...findingLines(checkpoint.findings, width, paint),
  ];
  const skipped = countReasons(checkpoint.layers).map(([reason, count]) => `${count} ${plain(reason)}`);
  if (skipped.length > 0) lines.push(paint("dim", clip(`  skipped: ${skipped.join(", ")}`, width)));
  if (result.warnings.length > 0) {
    const more = result.warnings.length > 1 ? ` (and ${result.warnings.length - 1} more)` : "";
    lines.push(paint("yellow", clip(`! ${plain(result.warnings[0]!)}`, width - more.length) + more));
  }
  return lines.map((line) => `${line}\n`).join("");
}

type Paint = (style: Style, text: string) => string;

/** The mark is about findings, not about the verdict: noise is no fault. */
function verdictLine(checkpoint: CheckpointResult, width: number, paint: Paint): string {
  const worst = sortFindings(checkpoint.findings)[0]?.severity;
  const mark =
    worst === "error" ? paint("red", "✗") : worst === "warning" ? paint("yellow", "!") : paint("green", "✓");
  return `${mark} ${paint("bold", clip(verdictLead(checkpoint), width - 2))}`;
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
    `${layer.verdict === null ? missing : verdictTexts[layer.verdict].mark} ${plain(layer.layer)}`,
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
    .map((finding) => {
      const where = finding.layer === null ? "" : `${shortenMiddle(plain(finding.layer), 32)}: `;
      const mark = paint(severityStyles[finding.severity], severityMarks[finding.severity]);
      return `${mark} ${clip(where + plain(finding.evidence), width - 2)}`;
    });
  const more = findings.length - lines.length;
  return more > 0 ? [...lines, paint("dim", `  and ${more} more findings`)] : lines;
}

/** Control characters out: a tensor's name must not move the cursor or colour the screen. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "�");
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Names differ at their ends: the middle goes first. */
function shortenMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.ceil((width - 1) * 0.6);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(-tail)}`;
}
