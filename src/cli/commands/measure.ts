import { availableParallelism, hostname } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { groups } from "../../measure/groups.ts";
import { measure } from "../../measure/measure.ts";
import { type Part, parts } from "../../measure/result.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { measurementRenderers } from "../measurement-renderers.ts";
import { collect, parseCount, parseSeed } from "../options.ts";
import { checkOutputs, extensionOfFormat, formatOfFile } from "../outputs.ts";
import { partialResult } from "../partial-result.ts";
import { duration, progressLine } from "../progress-line.ts";
import { readRecipe } from "../read-recipe.ts";
import { talk } from "../terminal.ts";
import { deliver, throwAll } from "../write-result.ts";

interface Flags {
  readonly recipe?: string;
  readonly data?: string;
  readonly batches?: number;
  readonly part: "both" | Part;
  readonly seed?: number;
  readonly only?: string[];
  readonly with?: string[];
  readonly without?: string[];
  readonly set?: Record<string, Record<string, unknown>>;
  readonly time?: boolean;
  readonly threads: number;
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

/** More threads only take memory. */
const mostThreadsPerCore = 4;

export function measureCommand(): Command {
  const named = groups.map(({ id, byDefault }) => (byDefault ? id : `${id} (only by --with)`)).join(", ");
  return new Command("measure")
    .description("Sparsity, gradients, flatness and robustness of a trained checkpoint, on data.")
    .argument("<checkpoint>", "a checkpoint, or a folder of them (a series)")
    .option(
      "--recipe <file>",
      "the recipe of the model and its data, or its name; by default what the checkpoint says",
    )
    .option("--data <name>", "other data: a data set's name, NAME:PATH, or a path")
    .option(
      "--batches <n>",
      "batches of a part at most; by default all of test, and an epoch of train",
      parseCount,
    )
    .addOption(
      new Option("--part <part>", "which part of the data").choices(["both", ...parts]).default("both"),
    )
    .option("--seed <n>", "seed of the order of batches and of all draws; the recipe's by default", parseSeed)
    .option("--only <group>", "measure this alone; may be given several times", collect)
    .option("--with <group>", "measure this, too; may be given several times", collect)
    .option("--without <group>", "don't measure this; may be given several times", collect)
    .option("--set <group.key=json>", "a setting of a group; may be given several times", parseSetting)
    .option(
      "--time",
      "time blocks with and without skipping their inactive neurons, on one thread; times differ from run to run",
    )
    .option("--threads <n>", "threads; 1 by default. The result does not depend on it", parseCount, 1)
    .option(
      "-o, --output <file>",
      "write the result; .json .csv .md .html; may be given several times",
      collect,
    )
    .addOption(
      new Option("--format <format>", "what to print on stdout").choices(Object.keys(measurementRenderers)),
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Groups: ${named}.
What their numbers mean: marchenko metrics.

Examples:
  marchenko measure runs/a/checkpoints/step-003450
  marchenko measure runs/a/checkpoints -o course.json -o course.csv
  marchenko measure runs/a --part test --only activationSparsity --batches 4`,
    )
    .action(run);
}

async function run(path: string, flags: Flags): Promise<void> {
  const outputs = flags.output ?? [];
  for (const output of outputs) {
    if (Object.hasOwn(measurementRenderers, formatOfFile(output))) continue;
    const known = Object.keys(measurementRenderers).filter((format) => format !== "table");
    throw new UsageError(`measure writes ${known.map(extensionOfFormat).join(", ")}, not ${output}`);
  }
  await checkOutputs(outputs);
  const recipe = flags.recipe === undefined ? undefined : await readRecipe(flags.recipe, {});
  const threads = Math.min(flags.threads, mostThreadsPerCore * availableParallelism());
  const startedAt = new Date();
  const progress = await progressLine(flags.quiet || !flags.progress ? "none" : "auto", () => Date.now());
  const partial = partialResult(outputs[0]);
  const interrupt = abortOnInterrupt(() => {
    progress.end();
    talk("stopping after the batch under way; interrupt again to stop at once");
  });
  try {
    const result = await measure(path, {
      recipe,
      data: flags.data,
      batches: flags.batches,
      parts: flags.part === "both" ? parts : [flags.part],
      seed: flags.seed,
      only: flags.only,
      also: flags.with,
      without: flags.without,
      settings: flags.set,
      threads,
      clock: flags.time ? () => performance.now() / 1000 : undefined,
      signal: interrupt.signal,
      onProgress: (share, title) => progress.advance(share, title),
      onMeasured: partial.keep,
    });
    progress.end();
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    result.provenance.run = {
      ...result.provenance.run,
      startedAt: startedAt.toISOString(),
      seconds,
      threads,
      host: hostname(),
      node: process.version,
    };
    const printed = flags.format ?? (flags.quiet ? null : "table");
    const { written, inFiles, failures } = await deliver(outputs, printed, (format) =>
      measurementRenderers[format]!(result),
    );
    if (inFiles) await partial.discard();
    if (!flags.quiet) {
      for (const warning of result.warnings) talk(`warning: ${warning}`);
      for (const output of written) talk(`wrote ${output}`);
      talk(`took ${duration(seconds)}`);
    }
    throwAll(failures);
  } catch (error) {
    progress.end();
    const kept = partial.told();
    if (kept !== null) talk(kept);
    throw error;
  } finally {
    interrupt.release();
  }
}

/** `group.key=json`, gathered by group. */
function parseSetting(
  text: string,
  settings: Record<string, Record<string, unknown>> = {},
): Record<string, Record<string, unknown>> {
  const [, group, key, value] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(text) ?? [];
  if (group === undefined || key === undefined || value === undefined) {
    throw new InvalidArgumentError("Expected group.key=json, such as hessian.probes=16.");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw new InvalidArgumentError(`${value} is no JSON.`);
  }
  return { ...settings, [group]: { ...settings[group], [key]: parsed } };
}
