import type { SelftestResult } from "../../selftest/result.ts";
import { formatCount } from "../format-number.ts";
import { boundText, outcomeText, type SelftestStudy, selftestSentence, valueText } from "./selftest-rows.ts";

/** The error rates of the package as Markdown: a table a study. */
export function selftestMarkdown(result: SelftestResult): string {
  const { version, seed, engine, configuration } = result.provenance;
  const effort = configuration.quick ? ", quick" : "";
  return [
    "# Self-test",
    `**${selftestSentence(result)}**`,
    ...result.studies.flatMap(studyParts),
    `<sub>marchenko ${version}, seed ${seed}, engine ${engine}${effort}</sub>`,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function studyParts({ title, method, source, rows }: SelftestStudy): string[] {
  const lines = rows.map((row) =>
    [
      row.circumstances,
      row.quantity,
      valueText(row),
      boundText(row),
      outcomeText(row).word,
      formatCount(row.repetitions),
    ].join(" | "),
  );
  const table = [
    "circumstances | quantity | value | bound | | repetitions",
    "--- | --- | --- | --- | --- | ---:",
    ...lines,
  ];
  return [`## ${title}`, method, table.map((line) => `| ${line} |`).join("\n"), `Source: ${source}.`];
}
