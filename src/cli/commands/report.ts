import { Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { collect } from "../options.ts";
import { checkOutputs, formatOfFile, renderers, type Text, writeOutput } from "../outputs.ts";
import { printData, talk } from "../terminal.ts";

interface Flags {
  readonly output?: string[];
  readonly format?: string;
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
    .addHelpText(
      "after",
      `
Examples:
  marchenko report run.json -o run.html
  marchenko report run.json --format markdown`,
    )
    .action(async (path: string, { output = [], format }: Flags) => {
      await checkOutputs(output);
      // Loaded here: the validation library is a fifth of the memory of the commands that don't need it.
      const { readResult } = await import("../read-result.ts");
      const result = await readResult(path);
      const render = (wanted: string): Text | Promise<Text> => {
        if (result.formats.includes(wanted)) return result.render(wanted);
        throw new UsageError(`${result.noun} has no ${wanted}: ${result.formats.join(", ")}`);
      };
      for (const file of output) {
        await writeOutput(file, await render(formatOfFile(file)));
        talk(`wrote ${file}`);
      }
      if (format || output.length === 0) await printData(await render(format ?? "table"));
    });
}
