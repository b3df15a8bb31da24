import { Command, Option } from "commander";
import { nullKinds } from "../../analysis/analyze-options.ts";
import { shrinkageLosses } from "../../fits/shrinkers.ts";
import { engines } from "../../spectrum/engines.ts";
import { spectrumMethods } from "../../spectrum/spectrum-method.ts";
import { collect, parseBlockSide, parseBytes, parseCount, parseSeed } from "../options.ts";
import { renderers } from "../outputs.ts";
import { remoteHelp } from "../remote-access.ts";
import { runAnalyze } from "./run-analyze.ts";

export function analyzeCommand(): Command {
  return new Command("analyze")
    .description(
      "The main job: singular values of every weight matrix, Marchenko-Pastur fits, spikes, spectral concentration and verdicts.",
    )
    .argument(
      "<path...>",
      "a file, a model folder, or a folder of checkpoints (series, models); https:// or hf:// for one elsewhere",
    )
    .option("--include <glob>", "only tensors whose name matches; may be given several times", collect)
    .option("--exclude <glob>", "not these tensors; may be given several times", collect)
    .option(
      "--keep-fused",
      "keep matrices that were joined in one tensor as one: queries, keys and values; gates",
    )
    .option("--dry-run", "list what would be analysed, and why the rest would not")
    .addOption(
      new Option(
        "--method <method>",
        "auto computes float64 matrices again without squaring where they need it",
      )
        .choices(spectrumMethods)
        .default("auto"),
    )
    .addOption(
      new Option("--engine <engine>", "what computes the Gram way; by default the fastest here").choices(
        engines.map(({ id }) => id),
      ),
    )
    .option("--spectra", "keep every singular value in the result, with its error bound")
    .option("--vectors", "singular vectors of the outliers: on which coordinates they live")
    .option(
      "--follow-spikes",
      "of a series: which spikes emerge and how their vectors drift, when spectra leave noise, and when activations get sparse where the run has logged it",
    )
    .option(
      "--comparable-alpha [side]",
      "the tail's exponent on square blocks of one side, to compare layers of any shape; by default the smallest side of the layers, but at least 32. Smaller layers have none",
      parseBlockSide,
    )
    .option(
      "--conv-operator <side>",
      "of each convolution also the singular values of the map that it is of images of side x side places, with stride 1 and circular padding",
      parseCount,
    )
    .addOption(
      new Option(
        "--null <kind>",
        "compare each layer also with its own entries in random order (permute: the mean of all entries taken off both, 20 more spectra a layer)",
      )
        .choices(nullKinds)
        .default("gaussian"),
    )
    .option("--hash", "the SHA-256 of every file in the result; without it of files of at most 64 MiB in all")
    .option("--seed <n>", "seed of bootstraps, shuffles and simulated noise", parseSeed, 0)
    .option(
      "--workers <n>",
      "worker threads, at most four a core; one a core by default. The result does not depend on it",
      parseCount,
    )
    .option(
      "--max-memory <bytes>",
      "what the matrices under way may take together, such as 800M or 2GiB; half of the machine's by default",
      parseBytes,
    )
    .option(
      "--shard <i/n>",
      "only the I-th of N parts of the layers, which marchenko merge puts together; auto, or auto/N, takes I from a Slurm array or an indexed Kubernetes Job",
    )
    .option(
      "--watch",
      "of the folder of a run: analyse each checkpoint when it is whole, and write the outputs again, until Ctrl-C",
    )
    .option(
      "--watch-until <step>",
      "end --watch with a checkpoint of this step (or epoch), or a later one",
      parseCount,
    )
    .addOption(
      new Option(
        "--compat <tool>",
        "the rows of another tool for one checkpoint, its selection and formulas, what is wrong in them too: as a table, .json or .csv",
      ).choices(["weightwatcher"]),
    )
    .option(
      "-o, --output <file>",
      "write the result; .json .ndjson .csv .parquet .md .html; may be given several times",
      collect,
    )
    .addOption(new Option("--format <format>", "what to print on stdout").choices(Object.keys(renderers)))
    .option(
      "--write-denoised <file>",
      "write the checkpoint with the noise of its layers taken out; .safetensors, one checkpoint only",
    )
    .addOption(
      new Option(
        "--shrinker <loss>",
        "the error that denoised layers make least; frobenius by default",
      ).choices(shrinkageLosses),
    )
    .option(
      "--no-cache",
      "compute all spectra anew, and keep none; by default those of files on disk are kept (marchenko cache)",
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Examples:
  marchenko analyze model.safetensors
  marchenko analyze model/ --include 'model.layers.*.mlp.*' -o mlp.json -o mlp.html
  marchenko analyze model/ --format ndjson | jq .verdict
  marchenko analyze model/ --comparable-alpha=64 --null permute
  marchenko analyze model/ --compat weightwatcher -o details.csv
  marchenko analyze model/ --write-denoised denoised.safetensors
  marchenko analyze runs/a --follow-spikes -o series.html
  marchenko analyze runs/a --watch -o live.html
  marchenko analyze zoo/*.safetensors --shard 2/8 -o shard-2.json
  marchenko analyze hf://openai-community/gpt2 -o gpt2.html
${remoteHelp}

With --format ndjson a layer is printed as soon as it is done, in the order in which layers begin (those that take long
first). What rests on all layers is not known then: pValueAdjusted of a spike is null there; it is pValue times the
number of lines with a Marchenko-Pastur fit, at most 1. A file has it, and its lines in the order of the checkpoint.

A run that is stopped keeps the layers that it finished in OUTPUT.partial.ndjson. A result that
can't be written where it should go is put among the temporary files, and the error says where.

A denoised checkpoint has low-rank matrices for the layers of verdict noise-with-spikes, and all else as it was.`,
    )
    .action(runAnalyze);
}
