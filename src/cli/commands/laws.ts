import { Command, Option } from "commander";
import { testCatalogue } from "../../fits/test-catalogue.ts";
import { lawCatalogue } from "../../laws/catalogue.ts";
import { renderJson } from "../../report/json.ts";
import { printData, widthOf } from "../terminal.ts";
import { writeTable } from "../write-table.ts";

export function lawsCommand(): Command {
  return new Command("laws")
    .description("Every probability law, and every test and estimator that rests on one: formula and source.")
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]).default("table"))
    .addHelpText("after", "\nExamples:\n  marchenko laws\n  marchenko laws --format json")
    .action(async ({ format }: { format: string }) => {
      const rows = lawCatalogue.map(({ id, name, parameters, formula, source }) => ({
        id,
        name,
        parameters,
        formula,
        source,
      }));
      if (format === "json") {
        const tests = testCatalogue.map(({ statistic, ...row }) => ({
          kind: "test",
          ...row,
          formula: statistic,
        }));
        return await printData(renderJson([...rows.map((row) => ({ kind: "law", ...row })), ...tests]));
      }
      const width = widthOf(process.stdout);
      const laws = await writeTable(
        ["law", "parameters", "formula", "source"],
        rows.map((row) => [
          row.name,
          row.parameters.map(({ name }) => name).join(", "),
          row.formula,
          row.source,
        ]),
        width,
      );
      const tests = await writeTable(
        ["test or estimator", "question", "statistic", "source"],
        testCatalogue.map(({ name, question, statistic, source }) => [name, question, statistic, source]),
        width,
      );
      await printData(`${laws}\n${tests}`);
    });
}
