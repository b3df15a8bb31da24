import type { NoiseResult } from "../noise/result.ts";
import { renderJson } from "../report/json.ts";
import { checkpointName, noiseColumns, noiseSentences, noiseSetting } from "../report/noise/noise-columns.ts";
import { noiseCsv } from "../report/noise/noise-csv.ts";
import { noiseMarkdown } from "../report/noise/noise-markdown.ts";
import type { Text } from "./outputs.ts";
import { plain } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** How gradient noise can be written, by the name of the format. */
export const noiseRenderers: Readonly<Record<string, (result: NoiseResult) => Text | Promise<Text>>> = {
  table: terminalText,
  json: renderJson,
  csv: noiseCsv,
  markdown: noiseMarkdown,
  html: async (result) => (await import("../report/noise/noise-page.ts")).noisePage(result),
};

/** A table of the last checkpoint's layers, a screen of it: numbers of the noise that is summed with random signs. */
async function terminalText({ checkpoints }: NoiseResult): Promise<string> {
  const checkpoint = checkpoints.at(-1)!;
  const headings = ["layer", ...noiseColumns.map(({ symbol }) => symbol)];
  const rows = checkpoint.layers.map((layer) => [
    shortName(layer),
    ...noiseColumns.map((column) => column.text(layer)),
  ]);
  const others =
    checkpoints.length > 1 ? `, the last of ${checkpoints.length}: all are in .json, .csv and .md` : "";
  return [
    `${plain(checkpointName(checkpoint))}${others}: ${noiseSetting(checkpoint)}\n`,
    await writeTable(headings, rows),
    "\n",
    ...noiseSentences(checkpoint).map((sentence) => `${sentence}\n`),
  ].join("");
}

/** Block and role say as much as the name, where both are known. */
function shortName({ layer, block, role }: NoiseResult["checkpoints"][number]["layers"][number]): string {
  return block !== null && role !== null ? `${block} ${role}` : layer;
}
