import { availableParallelism, hostname } from "node:os";
import { Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { gradientNoise } from "../../noise/noise.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { noiseRenderers } from "../noise-renderers.ts";
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
  readonly batchSize?: number;
  readonly part: "train" | "test";
  readonly centred?: boolean;
  readonly seed?: number;
  readonly threads: number;
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

/** More threads only take memory. */
const mostThreadsPerCore = 4;

export function noiseCommand(): Command {
  return new Command("noise")
    .description(
      "Stochastic gradient noise at a frozen checkpoint: its spectra against laws of random matrices, anisotropy, tails.",
    )
    .argument("<checkpoint>", "a checkpoint, or a folder of them (a series)")
    .option(
      "--recipe <file>",
      "the recipe of the model and its data, or its name; by default what the checkpoint says",
    )
    .option("--data <name>", "other data: a data set's name, NAME:PATH, or a path")
    .option(
      "--batches <n>",
      "batches at most, at least 4: half for the noise, half for covariances; 64 by default",
      parseCount,
    )
    .option("--batch-size <n>", "examples of a batch; the recipe's by default", parseCount)
    .addOption(
      new Option("--part <part>", "which part of the data").choices(["train", "test"]).default("train"),
    )
    .option("--centred", "covariances about the mean; by default about zero")
    .option("--seed <n>", "seed of batches, signs and simulations; the recipe's by default", parseSeed)
    .option("--threads <n>", "threads; 1 by default. The result does not depend on it", parseCount, 1)
    .option(
      "-o, --output <file>",
      "write the result; .json .csv .md .html; may be given several times",
      collect,
    )
    .addOption(
      new Option("--format <format>", "what to print on stdout").choices(Object.keys(noiseRenderers)),
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Columns: |N|/|G| noise over signal; a/p anisotropy of inputs x and output gradients eta, 1 where isotropic;
maj. majority ratio; D distance of the spectrum of summed noise from a law, with its p-value by simulation:
MP Marchenko-Pastur, product of two noise matrices, separable by held-out covariances, white: MP once whitened.

Examples:
  marchenko noise runs/a/checkpoints/step-003450
  marchenko noise runs/a/checkpoints -o noise.json -o noise.csv
  marchenko noise runs/a/checkpoints/step-003450 --batch-size 16 --batches 32`,
    )
    .action(run);
}

async function run(path: string, flags: Flags): Promise<void> {
  const outputs = flags.output ?? [];
  for (const output of outputs) {
    if (Object.hasOwn(noiseRenderers, formatOfFile(output))) continue;
    const known = Object.keys(noiseRenderers).filter((format) => format !== "table");
    throw new UsageError(`noise writes ${known.map(extensionOfFormat).join(", ")}, not ${output}`);
  }
  await checkOutputs(outputs);
  const recipe = flags.recipe === undefined ? undefined : await readRecipe(flags.recipe, {});
  const threads = Math.min(flags.threads, mostThreadsPerCore * availableParallelism());
  const startedAt = new Date();
  const progress = await progressLine(flags.quiet || !flags.progress ? "none" : "auto", () => Date.now());
  const partial = partialResult(outputs[0]);
  const interrupt = abortOnInterrupt(() => {
    progress.end();
    talk("stopping after the layers under way; interrupt again to stop at once");
  });
  try {
    const result = await gradientNoise(path, {
      recipe,
      data: flags.data,
      batches: flags.batches,
      batchSize: flags.batchSize,
      part: flags.part,
      centred: flags.centred,
      seed: flags.seed,
      threads,
      signal: interrupt.signal,
      onProgress: (share, title) => progress.advance(share, title),
      onMeasured: partial.keep,
    });
    progress.end();
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    result.provenance.run = {
      startedAt: startedAt.toISOString(),
      seconds,
      threads,
      host: hostname(),
      node: process.version,
    };
    const printed = flags.format ?? (flags.quiet ? null : "table");
    const { written, inFiles, failures } = await deliver(outputs, printed, (format) =>
      noiseRenderers[format]!(result),
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
