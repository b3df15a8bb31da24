import { Command, Option } from "commander";
import { measurementQuantities } from "../../measure/groups.ts";
import { metricCatalogue } from "../../metrics/catalogue.ts";
import { renderJson } from "../../report/json.ts";
import { printData, widthOf } from "../terminal.ts";
import { writeTable } from "../write-table.ts";

export function metricsCommand(): Command {
  return new Command("metrics")
    .description(
      "Every metric of analyze, then every number of measure: its id, unit, formula, meaning and source.",
    )
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]).default("table"))
    .addHelpText(
      "after",
      "\nExamples:\n  marchenko metrics\n  marchenko metrics --format json | jq -r '.[].id'",
    )
    .action(async ({ format }: { format: string }) => {
      const rows = [...metricCatalogue, ...measurementQuantities].map(
        ({ id, title, symbol, unit, formula, meaning, source }) => ({
          id,
          title,
          symbol,
          unit,
          formula,
          meaning,
          source,
        }),
      );
      await printData(
        format === "json"
          ? renderJson(rows)
          : await writeTable(
              ["id", "unit", "formula"],
              rows.map((row) => [row.id, row.unit, row.formula]),
              widthOf(process.stdout),
            ),
      );
    });
}
