import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Argument, Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { experiments } from "../../experiments/catalogue.ts";
import { type Scale, scales } from "../../experiments/experiment.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { renderJson } from "../../report/json.ts";
import { makeFolders } from "../../train/run-folder.ts";
import { experimentRenderers } from "../experiment-renderers.ts";
import { abortOnInterrupt, InterruptedError } from "../interrupt.ts";
import { collect, parseCount, parseSeed } from "../options.ts";
import { cannotWrite, checkPlace } from "../outputs.ts";
import { duration, progressLine } from "../progress-line.ts";
import { runProvenance } from "../run-provenance.ts";
import { plain, printData, talk, widthOf } from "../terminal.ts";
import { deliver, throwAll } from "../write-result.ts";
import { writeTable } from "../write-table.ts";

interface Flags {
  readonly out?: string;
  readonly quick?: boolean;
  readonly seed: number;
  readonly scale: Scale;
  readonly data?: string;
  readonly set?: string[];
  readonly workers?: number;
  readonly list?: boolean;
  readonly format?: string;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

/** What is written into the folder, where there is a renderer for it. */
const files: Readonly<Record<string, string>> = {
  json: "result.json",
  markdown: "result.md",
  html: "index.html",
};

export function experimentCommand(): Command {
  return new Command("experiment")
    .description(
      "Reproduces a result: trains every variant with several seeds, measures the runs, and says which claims hold here.",
    )
    .addArgument(new Argument("[name]", "an experiment; --list has them"))
    .option(
      "--out <folder>",
      "folder of the runs and of the result; what it holds of the experiment is gone on with",
    )
    .option("--list", "list the experiments")
    .option(
      "--quick",
      "one seed, and fewer variants where there are many: minutes, and most verdicts stay undecided",
    )
    .option("--seed <n>", "the first seed; the others follow", parseSeed, 0)
    .addOption(
      new Option(
        "--scale <scale>",
        "small: the shipped data; full: the paper's networks, on data that you have",
      )
        .choices(scales)
        .default("small"),
    )
    .option(
      "--data <data>",
      "NAME or NAME:PATH: a data set in the place of the scale's own; the full scale needs it",
    )
    .option("--set <key=json>", "change a member of every recipe; may be given several times", collect)
    .option(
      "--workers <n>",
      "runs at once, at the full scale threads of one run; one a core by default",
      parseCount,
    )
    .addOption(
      new Option("--format <format>", "what to print on stdout").choices(Object.keys(experimentRenderers)),
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Examples:
  marchenko experiment --list
  marchenko experiment scratch --quick --out scratch
  marchenko experiment scratch --out scratch
  marchenko experiment scratch --scale full --data image-folder:imagenet --out scratch-full

The folder then has runs/, result.json, result.md and index.html, a page. The same command goes on with an experiment that was stopped.`,
    )
    .action(run);
}

async function run(name: string | undefined, flags: Flags): Promise<void> {
  if (flags.list) return await printExperiments(flags.format);
  if (name === undefined) throw new UsageError("experiment: name one; --list says which there are");
  const { out } = flags;
  if (out === undefined) throw new UsageError("experiment: give the folder of its runs by --out");
  await makeFolders(out).catch((error: unknown) => {
    throw cannotWrite(out, error);
  });
  const outputs = Object.entries(files).flatMap(([format, file]) =>
    Object.hasOwn(experimentRenderers, format) ? [join(out, file)] : [],
  );
  for (const path of outputs) await checkPlace(path);
  const workers = flags.workers ?? availableParallelism();
  const startedAt = new Date();
  const progress = await progressLine(flags.quiet || !flags.progress ? "none" : "auto", () => Date.now());
  const interrupt = abortOnInterrupt(() => {
    progress.end();
    talk("stopping after the steps under way; interrupt again to stop at once, without saving");
  });
  try {
    const result = await runExperiment(name, {
      out,
      quick: flags.quick ?? false,
      seed: flags.seed,
      scale: flags.scale,
      ...(flags.data !== undefined && { data: flags.data }),
      set: flags.set ?? [],
      workers,
      signal: interrupt.signal,
      onProgress: ({ done, total, share }) => progress.advance(share, `${done} of ${total} runs done`),
    });
    progress.end();
    const thisRun = runProvenance(startedAt, { workers });
    result.provenance.run = thisRun;
    const printed = flags.format ?? (flags.quiet ? null : "table");
    const { written, failures } = await deliver(outputs, printed, (format) =>
      experimentRenderers[format]!(result),
    );
    for (const warning of result.warnings) talk(`failed: ${plain(warning)}`);
    if (!flags.quiet) {
      for (const path of written) talk(`wrote ${plain(path)}`);
      talk(`took ${duration(thisRun.seconds)}`);
    }
    throwAll(failures);
  } catch (error) {
    progress.end();
    if (error instanceof InterruptedError) {
      talk(`the runs are saved in ${plain(out)}; the same command goes on with them`);
    }
    throw error;
  } finally {
    interrupt.release();
  }
}

async function printExperiments(format: string | undefined): Promise<void> {
  const rows = experiments.map(({ id, title, question }) => ({ id, title, question }));
  await printData(
    format === "json"
      ? renderJson(rows)
      : await writeTable(
          ["experiment", "asks"],
          rows.map(({ id, question }) => [id, question]),
          widthOf(process.stdout),
        ),
  );
}
