import { Command, Option } from "commander";
import { gradientNoise } from "../../noise/noise.ts";
import { noiseRenderers } from "../noise-renderers.ts";
import { collect, parseCount, parseSeed } from "../options.ts";
import { remoteAccess } from "../remote-access.ts";
import { type CheckpointFlags, runOnCheckpoint } from "../run-on-checkpoint.ts";

interface Flags extends CheckpointFlags {
  readonly batchSize?: number;
  readonly part: "train" | "test";
  readonly centred?: boolean;
}

export function noiseCommand(): Command {
  return new Command("noise")
    .description(
      "Stochastic gradient noise at a frozen checkpoint: its spectra against laws of random matrices, anisotropy, tails.",
    )
    .argument("<checkpoint>", "a checkpoint, or a folder of them (a series)")
    .option(
      "--recipe <recipe>",
      "the recipe of the model and its data, or its name; by default what the checkpoint says",
    )
    .option("--data <data>", "other data: a data set's name, NAME:PATH, or a path")
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
  const { part, batchSize, centred } = flags;
  await runOnCheckpoint(flags, {
    name: "noise",
    renderers: noiseRenderers,
    unit: "layers",
    work: (given) => gradientNoise(path, { ...given, remote: remoteAccess(), part, batchSize, centred }),
  });
}
