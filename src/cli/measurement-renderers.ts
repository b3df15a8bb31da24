import type { MeasurementResult } from "../measure/result.ts";
import { renderJson } from "../report/json.ts";
import { executionRows } from "../report/measurement/execution-rows.ts";
import { measurementCsv } from "../report/measurement/measurement-csv.ts";
import { measurementMarkdown } from "../report/measurement/measurement-markdown.ts";
import { measurementRows, unsureLegend } from "../report/measurement/measurement-rows.ts";
import { measurementSentences } from "../report/measurement/measurement-sentences.ts";
import type { Text } from "./outputs.ts";
import { plain } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** How a measurement can be written, by the name of the format. */
export const measurementRenderers: Readonly<
  Record<string, (result: MeasurementResult) => Text | Promise<Text>>
> = {
  table: terminalText,
  json: renderJson,
  csv: measurementCsv,
  markdown: measurementMarkdown,
  html: async (result) => (await import("../report/measurement/measurement-page.ts")).measurementPage(result),
};

async function terminalText(result: MeasurementResult): Promise<string> {
  const parts: string[] = [];
  for (const { title, headings, rows } of [
    ...measurementRows(result, { withErrors: false }),
    ...executionRows(result),
  ]) {
    parts.push(`${plain(title)}\n`, await writeTable(headings, rows), "\n");
  }
  const legend = parts.some((part) => part.includes("(")) ? [unsureLegend] : [];
  return [
    ...parts,
    ...[...legend, ...measurementSentences(result)].map((sentence) => `${plain(sentence)}\n`),
  ].join("");
}
