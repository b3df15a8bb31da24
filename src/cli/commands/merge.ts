import { hostname } from "node:os";
import { Command, Option } from "commander";
import { mergeShards } from "../../analysis/merge-shards.ts";
import type { AnalysisResult } from "../../analysis/result.ts";
import { UnreadableInputError } from "../../errors.ts";
import { collect } from "../options.ts";
import { checkOutputs, renderers, requireWritable } from "../outputs.ts";
import { counted, talk } from "../terminal.ts";
import { deliver, throwAll } from "../write-result.ts";

interface Flags {
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
}

export function mergeCommand(): Command {
  return new Command("merge")
    .description(
      "Makes one result of the shards of an analysis (analyze --shard I/N): what one run gives, byte for byte but for provenance.run.",
    )
    .argument("<result.json...>", "the JSON of every shard, in any order")
    .option(
      "-o, --output <file>",
      "write the result; .json .ndjson .csv .parquet .md .html; may be given several times",
      collect,
    )
    .addOption(new Option("--format <format>", "what to print on stdout").choices(Object.keys(renderers)))
    .option("-q, --quiet", "print nothing but errors")
    .addHelpText(
      "after",
      `
What rests on all layers (corrected p-values, findings, summaries) is computed again. A shard that is missing, is there
twice, or is of other input or options than the first is an error that says so.

Examples:
  marchenko merge shard-1.json shard-2.json shard-3.json
  marchenko merge shard-*.json -o run.json -o run.html`,
    )
    .action(run);
}

async function run(paths: string[], { output = [], format, quiet = false }: Flags): Promise<void> {
  requireWritable("merge", output, renderers);
  await checkOutputs(output);
  const { readResult } = await import("../read-result.ts");
  const shards: AnalysisResult[] = [];
  for (const path of paths) {
    const { type, noun, value } = await readResult(path);
    if (type !== "analysis") {
      throw new UnreadableInputError(
        `${path} is ${noun}: expected a shard of an analysis, which \`analyze --shard I/N\` writes`,
      );
    }
    shards.push(value as AnalysisResult);
  }
  const result = mergeShards(shards, paths);
  const runs = shards.sort((a, b) => a.shard!.index - b.shard!.index).map(({ provenance }) => provenance.run);
  result.provenance.run = {
    startedAt: new Date().toISOString(),
    host: hostname(),
    node: process.version,
    shards: runs,
  };
  const printed = format ?? (quiet ? null : "table");
  const { written, failures } = await deliver(output, printed, (wanted) =>
    renderers[wanted]!(result, { typed: process.argv.slice(2), outputs: output }),
  );
  if (!quiet) {
    for (const path of written) talk(`wrote ${path}`);
    const layers = result.checkpoints.reduce((sum, { totals }) => sum + totals.layersAnalysed, 0);
    talk(`${counted(layers, "layer")} of ${counted(paths.length, "shard")}`);
  }
  throwAll(failures);
}
