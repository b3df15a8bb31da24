import { Command, Option } from "commander";
import { lawCatalogue } from "../../laws/catalogue.ts";
import { renderJson } from "../../report/json.ts";
import { printData, widthOf } from "../terminal.ts";
import { writeTable } from "../write-table.ts";

export function lawsCommand(): Command {
  return new Command("laws")
    .description("Every probability law: its parameters, formula and source.")
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
      await printData(
        format === "json"
          ? renderJson(rows)
          : await writeTable(
              ["law", "parameters", "formula", "source"],
              rows.map((row) => [
                row.name,
                row.parameters.map(({ name }) => name).join(", "),
                row.formula,
                row.source,
              ]),
              widthOf(process.stdout),
            ),
      );
    });
}
