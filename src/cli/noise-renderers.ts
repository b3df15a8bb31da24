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
};

/** A table of the layers for each checkpoint: numbers of the noise that is summed with random signs. */
async function terminalText({ checkpoints }: NoiseResult): Promise<string> {
  const parts: string[] = [];
  for (const checkpoint of checkpoints) {
    const headings = ["layer", ...noiseColumns.map(({ symbol }) => symbol)];
    const rows = checkpoint.layers.map((layer) => [
      shortName(layer),
      ...noiseColumns.map((column) => column.text(layer)),
    ]);
    parts.push(
      `${plain(checkpointName(checkpoint))}: ${noiseSetting(checkpoint)}\n`,
      await writeTable(headings, rows),
      "\n",
      ...noiseSentences(checkpoint).map((sentence) => `${sentence}\n`),
    );
  }
  return parts.join("");
}

/** Block and role say as much as the name, where both are known. */
function shortName({ layer, block, role }: NoiseResult["checkpoints"][number]["layers"][number]): string {
  return block !== null && role !== null ? `${block} ${role}` : layer;
}
