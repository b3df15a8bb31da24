import type { ExperimentResult } from "../experiments/result.ts";
import { experimentMarkdown } from "../report/experiment/experiment-markdown.ts";
import {
  claimVerdictText,
  decisiveTexts,
  estimateText,
  experimentSentence,
} from "../report/experiment/experiment-text.ts";
import { renderJson } from "../report/json.ts";
import type { Text } from "./outputs.ts";
import { widthOf } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** Of a claim. */
const MOST_NUMBERS = 2;

/** How the result of an experiment can be written, by the name of the format. */
export const experimentRenderers: Readonly<
  Record<string, (result: ExperimentResult) => Text | Promise<Text>>
> = {
  table: terminalText,
  json: renderJson,
  markdown: experimentMarkdown,
  html: async (result) => (await import("../report/experiment/experiment-page.ts")).experimentPage(result),
};

async function terminalText(result: ExperimentResult): Promise<string> {
  const width = widthOf(process.stdout);
  const parts = [`${result.title}: ${experimentSentence(result)}\n`];
  for (const { title, rowTitle, columns, rows } of result.tables) {
    const headings = [rowTitle, ...columns.map((column) => column.title)];
    const cells = rows.map(({ label, cells: numbers }) => [label, ...numbers.map(estimateText)]);
    parts.push(`\n${title}\n`, await writeTable(headings, cells, width));
  }
  const claims = result.claims.map((claim) => {
    const { mark, word } = claimVerdictText(claim.verdict);
    return [`${mark} ${word}`, claim.statement, decisiveTexts(claim, MOST_NUMBERS).join("; ")];
  });
  if (claims.length > 0) {
    parts.push("\nClaims\n", await writeTable(["verdict", "claim", "numbers"], claims, width));
  }
  return parts.join("");
}
