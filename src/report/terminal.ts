import { getBorderCharacters, table } from "table";
import { modelsOf } from "../analysis/models-of.ts";
import type { AnalysisResult, LayerResult } from "../analysis/result.ts";
import { columnOf } from "./columns.ts";
import { countReasons, verdictLead, verdictTexts } from "./describe-verdict.ts";
import { missing } from "./format-number.ts";
import { notableLayers, ratioExcess } from "./notable-layers.ts";
import { plainLine } from "./plain-text.ts";
import { shortenMiddle } from "./shorten-middle.ts";
import {
  clip,
  countLines,
  dimLines,
  findingLines,
  layoutOf,
  leadLines,
  type TerminalLayout,
  type TerminalOptions,
  warningLines,
  worstMark,
} from "./terminal-lines.ts";
import { modelsLines } from "./terminal-models.ts";

export type { TerminalOptions } from "./terminal-lines.ts";

/** With these a result fits a screen of 24 lines with the prompt. */
const layersShown = 5;

/**
 * The answer of an analysis on at most one screen: verdict, counts, the layers farthest from noise,
 * findings and what was skipped.
 *
 * @param result - the result of an analysis; of a series, the last checkpoint is shown, of several models a line for each.
 * @param options - width and colour.
 * @returns lines, each ended by a newline and no wider than the terminal (from 48 columns on).
 */
export function renderTerminal(result: AnalysisResult, options: TerminalOptions): string {
  const layout = layoutOf(options);
  const models = modelsOf(result);
  const lines = models.length > 1 ? modelsLines(models, layout) : checkpointLines(result, layout);
  if (lines.length === 0) return "✗ No checkpoint was analysed.\n";
  lines.push(...warningLines(result.warnings, layout));
  return lines.map((line) => `${line}\n`).join("");
}

/** The last checkpoint of a series, or the only one; none where there is none. */
function checkpointLines({ checkpoints }: AnalysisResult, layout: TerminalLayout): string[] {
  const checkpoint = checkpoints.at(-1);
  if (checkpoint === undefined) return [];
  const { layers, findings } = checkpoint;
  const place =
    checkpoints.length > 1
      ? dimLines(`${plainLine(checkpoint.id)}, the last of ${checkpoints.length} checkpoints`, layout)
      : [];
  const skipped = countReasons(layers).map(([reason, count]) => `${count} ${plainLine(reason)}`);
  return [
    ...leadLines(worstMark(findings, layout.paint), verdictLead(checkpoint), layout),
    ...place,
    ...countLines(layers, layout),
    ...layerLines(layers, layout),
    ...findingLines(findings, layout),
    ...(skipped.length > 0 ? dimLines(`skipped: ${skipped.join(", ")}`, layout) : []),
  ];
}

function layerLines(layers: readonly LayerResult[], { width, paint }: TerminalLayout): string[] {
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
