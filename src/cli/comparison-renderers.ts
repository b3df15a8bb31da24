import type { ComparisonResult } from "../comparison/result.ts";
import {
  comparisonColumns,
  metricTitle,
  signed,
  summaryIds,
  verdictsText,
} from "../report/comparison/comparison-columns.ts";
import { comparisonCsv } from "../report/comparison/comparison-csv.ts";
import { comparisonMarkdown } from "../report/comparison/comparison-markdown.ts";
import { comparisonLead } from "../report/comparison/comparison-words.ts";
import { renderJson } from "../report/json.ts";
import { asShown, screenLine } from "../report/plain-text.ts";
import { shortenNames } from "../report/shorten-middle.ts";
import { wrapText } from "../report/wrap-text.ts";
import type { Text } from "./outputs.ts";
import { columnsOf, plain } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** With these, or fewer after an answer of more lines than usual, a comparison fits a screen of 24 lines. */
const mostLayers = 7;
const usualLead = 2;
const narrowestName = 24;
const gap = 2;

/** How a comparison can be written, by the name of the format. */
export const comparisonRenderers: Readonly<
  Record<string, (result: ComparisonResult) => Text | Promise<Text>>
> = {
  table: terminalText,
  json: renderJson,
  csv: comparisonCsv,
  markdown: comparisonMarkdown,
  html: async (result) => (await import("../report/comparison/comparison-page.ts")).comparisonPage(result),
};

/** The answer on a screen: what moved most, and how the metrics moved. */
async function terminalText(result: ComparisonResult): Promise<string> {
  const width = columnsOf(process.stdout);
  const lead = wrapText(plain(comparisonLead(result)), width - gap, 0);
  const parts = [lead.map((line, i) => `${i === 0 ? "≠ " : "  "}${line}\n`).join("")];
  if (result.totals.moved === 0) parts[0] = parts[0]!.replace(/^≠/, "=");
  const layersShown = Math.min(mostLayers, Math.max(3, mostLayers + usualLead - lead.length));
  parts.push("\n", await layerTable(result, layersShown, width), "\n", await metricTable(result, width));
  const more = result.layers.length - layersShown;
  const where = "see the page or the JSON (-o comparison.html)";
  if (more > 0) parts.push(`\nand ${more} more ${more === 1 ? "layer" : "layers"}: ${where}\n`);
  return parts.join("");
}

/** Columns are left out from the right where they don't fit beside a name. */
async function layerTable({ layers }: ComparisonResult, layersShown: number, width: number): Promise<string> {
  const shown = layers.slice(0, layersShown);
  const columns = [
    ...comparisonColumns(layers).map(({ symbol, text }) => ({ symbol, text })),
    { symbol: "verdict", text: verdictsText },
  ];
  const texts = columns.map((column) => shown.map((layer) => column.text(layer)));
  const widths = columns.map(
    ({ symbol }, i) => gap + Math.max(symbol.length, ...texts[i]!.map(({ length }) => length)),
  );
  const needed = Math.min(narrowestName, Math.max(...shown.map(({ layer }) => layer.length))) + gap;
  while (columns.length > 1 && widths.reduce((sum, each) => sum + each, needed) > width) {
    columns.pop();
    widths.pop();
  }
  const room = Math.max(narrowestName, width - widths.reduce((sum, each) => sum + each, gap));
  const names = shortenNames(
    shown.map(({ layer }) => screenLine(layer)),
    room,
  ).map(asShown);
  return await writeTable(
    ["most moved", ...columns.map(({ symbol }) => symbol)],
    names.map((name, row) => [name, ...columns.map((_, column) => texts[column]![row]!)]),
  );
}

async function metricTable({ summary }: ComparisonResult, width: number): Promise<string> {
  return await writeTable(
    ["metric, layers in which it", "median B − A", "moved", "unsure", "did not", "unreliable"],
    summaryIds(summary, "headlines").map((id) => {
      const { medianDifference, moved, unsure, none, unreliable } = summary[id]!;
      return [metricTitle(id), signed(medianDifference), ...[moved, unsure, none, unreliable].map(String)];
    }),
    width,
  );
}
