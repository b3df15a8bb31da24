import { Command } from "commander";
import { collect } from "../options.ts";
import { checkOutputs, formatOfFile, renderers, writeOutput } from "../outputs.ts";
import { readResult } from "../read-result.ts";
import { talk } from "../terminal.ts";

export function reportCommand(): Command {
  return new Command("report")
    .description("Renders a saved result again: as a page, a table, Markdown or CSV.")
    .argument("<result.json>", "what analyze -o wrote")
    .requiredOption(
      "-o, --output <file>",
      ".html .md .csv .ndjson .json; may be given several times",
      collect,
    )
    .addHelpText("after", "\nExample:\n  marchenko report run.json -o run.html")
    .action(async (path: string, { output }: { output: string[] }) => {
      await checkOutputs(output);
      const result = await readResult(path);
      for (const file of output) {
        await writeOutput(file, await renderers[formatOfFile(file)]!(result));
        talk(`wrote ${file}`);
      }
    });
}
