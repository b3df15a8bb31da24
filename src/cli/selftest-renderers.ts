import { renderJson } from "../report/json.ts";
import { selftestMarkdown } from "../report/selftest/selftest-markdown.ts";
import { boundText, outcomeText, selftestSentence, valueText } from "../report/selftest/selftest-rows.ts";
import type { SelftestResult } from "../selftest/result.ts";
import type { Text } from "./outputs.ts";
import { widthOf } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** How the result of a self-test can be written, by the name of the format. */
export const selftestRenderers: Readonly<Record<string, (result: SelftestResult) => Text | Promise<Text>>> = {
  table: terminalText,
  json: renderJson,
  markdown: selftestMarkdown,
  html: async (result) => (await import("../report/selftest/selftest-page.ts")).selftestPage(result),
};

async function terminalText(result: SelftestResult): Promise<string> {
  const width = widthOf(process.stdout);
  const parts = [`${selftestSentence(result)}\n`];
  for (const { title, rows } of result.studies) {
    const cells = rows.map((row) => [
      outcomeText(row).mark,
      row.circumstances,
      row.quantity,
      valueText(row),
      boundText(row),
    ]);
    parts.push(
      `\n${title}\n`,
      await writeTable(["", "circumstances", "quantity", "value", "bound"], cells, width),
    );
  }
  return parts.join("");
}
