import type { ExperimentResult } from "../../experiments/result.ts";
import {
  claimVerdictText,
  decisiveTexts,
  type ExperimentTable,
  estimateText,
  experimentSentence,
} from "./experiment-text.ts";

/** Of a claim; the result has all of them. */
const MOST_NUMBERS = 12;

/** An experiment as Markdown: claims with verdicts and evidence, tables, limits, and how to run it again. */
export function experimentMarkdown(result: ExperimentResult): string {
  const { provenance, seeds, scale, runs } = result;
  const failed = runs.filter(({ status }) => status === "failed");
  return [
    `# ${result.title}`,
    result.question,
    `**${experimentSentence(result)}**`,
    "## Claims",
    ...result.claims.flatMap((claim) => {
      const { mark, word } = claimVerdictText(claim.verdict);
      return [
        `### ${mark} ${word}: ${claim.statement}`,
        `${claim.evidence} Line: ${claim.source}.`,
        decisiveTexts(claim, MOST_NUMBERS)
          .map((text) => `- ${text}`)
          .join("\n"),
      ];
    }),
    ...result.tables.flatMap((table) => [`## ${table.title}`, tableText(table)]),
    "## What the literature states",
    result.literature.map(({ statement, source }) => `- ${statement} (${source})`).join("\n"),
    "## What this does not show",
    result.limits.map((limit) => `- ${limit}`).join("\n"),
    ...(failed.length > 0
      ? ["## Runs that failed", failed.map(({ folder, reason }) => `- ${folder}: ${reason}`).join("\n")]
      : []),
    `<sub>marchenko ${provenance.version}, ${scale} scale, seeds ${seeds.join(", ")}, ${runs.length} runs, engine ${provenance.engine}</sub>`,
  ]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("\n");
}

function tableText({ rowTitle, columns, rows }: ExperimentTable): string {
  const headings = columns.map(({ title, unit }) => (unit === null ? title : `${title}, ${unit}`));
  return [
    [rowTitle, ...headings].join(" | "),
    ["---", ...columns.map(() => "---:")].join(" | "),
    ...rows.map(({ label, cells }) => [label, ...cells.map(estimateText)].join(" | ")),
  ]
    .map((line) => `| ${line} |`)
    .join("\n");
}
