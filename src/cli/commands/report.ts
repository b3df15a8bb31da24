import { Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { collect } from "../options.ts";
import { checkOutputs, formatOfFile, renderers, type Text, writeOutput } from "../outputs.ts";
import { printData, talk } from "../terminal.ts";

interface Flags {
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
}

export function reportCommand(): Command {
  return new Command("report")
    .description("Renders a saved result again: as a page, a table, Markdown or CSV.")
    .argument("<result.json>", "what analyze, compare, measure, noise, experiment or selftest wrote")
    .option(
      "-o, --output <file>",
      ".html .md .csv .parquet .ndjson .json; may be given several times",
      collect,
    )
    .addOption(
      new Option("--format <format>", "what to print on stdout; a table when there is no -o").choices(
        Object.keys(renderers),
      ),
    )
    .option("-q, --quiet", "print nothing but errors")
    .addHelpText(
      "after",
      `
Examples:
  marchenko report run.json -o run.html
  marchenko report run.json --format markdown`,
    )
    .action(async (path: string, { output = [], format, quiet = false }: Flags) => {
      await checkOutputs(output);
      // Loaded here: the validation library is a fifth of the memory of the commands that don't need it.
      const { readResult } = await import("../read-result.ts");
      const result = await readResult(path);
      const render = (wanted: string): Text | Promise<Text> => {
        if (result.formats.includes(wanted))
          return result.render(wanted, { typed: process.argv.slice(2), outputs: output });
        throw new UsageError(`${result.noun} has no ${wanted}: ${result.formats.join(", ")}`);
      };
      for (const file of output) {
        await writeOutput(file, await render(formatOfFile(file)));
        if (!quiet) talk(`wrote ${file}`);
      }
      const printed = format ?? (quiet || output.length > 0 ? null : "table");
      if (printed !== null) await printData(await render(printed));
    });
}
