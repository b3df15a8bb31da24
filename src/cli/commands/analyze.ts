import { availableParallelism } from "node:os";
import { Command, Option } from "commander";
import { analyze } from "../../analysis/analyze.ts";
import { type NullKind, nullKinds } from "../../analysis/analyze-options.ts";
import { nothingElse, spectraOf } from "../../analysis/examine-matrix.ts";
import type { ProgressEvent } from "../../analysis/progress.ts";
import type { AnalysisResult } from "../../analysis/result.ts";
import { UsageError } from "../../errors.ts";
import { type ShrinkageLoss, shrinkageLosses } from "../../fits/shrinkers.ts";
import { layerLine } from "../../report/ndjson.ts";
import { engines, preparedEngine } from "../../spectrum/engines.ts";
import { type SpectrumMethod, spectrumMethods } from "../../spectrum/spectrum-method.ts";
import { fastestEngine } from "../../spectrum/wasm-engine.ts";
import { trajectoryOf } from "../../trajectories/trajectory-of.ts";
import { checkDenoisedOutput, deliverDenoised } from "../denoised-output.ts";
import { collect, parseBlockSide, parseBytes, parseCount, parseSeed } from "../options.ts";
import { checkOutputs, renderers, requireWritable } from "../outputs.ts";
import { duration } from "../progress-line.ts";
import { remoteAccess, remoteHelp } from "../remote-access.ts";
import { runProvenance, workerCount } from "../run-provenance.ts";
import { parseShard, partText, requireAllowed } from "../shard-option.ts";
import { garbageCollector, holdYoungGeneration } from "../small-heap.ts";
import { spectrumCache } from "../spectrum-cache.ts";
import { counted, talk, talkMore, talkOfLeftOut } from "../terminal.ts";
import { talkOfUnmatched } from "../unmatched-globs.ts";
import { watchedRun } from "../watched-run.ts";
import { deliver, throwAll } from "../write-result.ts";
import { dryRun } from "./dry-run.ts";

interface Flags {
  readonly include?: string[];
  readonly exclude?: string[];
  readonly keepFused?: boolean;
  readonly dryRun?: boolean;
  readonly spectra?: boolean;
  readonly vectors?: boolean;
  readonly followSpikes?: boolean;
  readonly hash?: boolean;
  readonly comparableAlpha?: boolean | number;
  readonly convOperator?: number;
  readonly null: NullKind;
  readonly seed: number;
  readonly method: SpectrumMethod;
  readonly engine?: string;
  readonly workers?: number;
  readonly maxMemory?: number;
  readonly shard?: string;
  readonly compat?: "weightwatcher";
  readonly output?: string[];
  readonly format?: string;
  readonly writeDenoised?: string;
  readonly shrinker?: ShrinkageLoss;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly cache: boolean;
  readonly progress: boolean;
}

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
  marchenko analyze zoo/*.safetensors --shard 2/8 -o shard-2.json
  marchenko analyze hf://openai-community/gpt2 -o gpt2.html
${remoteHelp}

A run that is stopped keeps the layers that it finished in OUTPUT.partial.ndjson. A result that
can't be written where it should go is put among the temporary files, and the error says where.

A denoised checkpoint has low-rank matrices for the layers of verdict noise-with-spikes, and all else as it was.`,
    )
    .action(run);
}

async function run(paths: string[], flags: Flags): Promise<void> {
  const outputs = flags.output ?? [];
  if (!flags.compat) requireWritable("analyze", outputs, renderers);
  await checkOutputs(outputs);
  const remote = remoteAccess();
  const denoised = await checkDenoisedOutput(paths, flags.writeDenoised, flags.shrinker, remote);
  if (denoised && flags.method === "lanczos") {
    throw new UsageError("--write-denoised needs spectra that are exact: leave out --method lanczos");
  }
  if (flags.followSpikes && flags.method === "lanczos") {
    throw new UsageError("--follow-spikes needs spectra that are exact: leave out --method lanczos");
  }
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard, process.env);
  if (shard) requireAllowed({ "--follow-spikes": flags.followSpikes, "--write-denoised": denoised !== null });
  const selection = {
    ...(flags.include && { include: flags.include }),
    ...(flags.exclude && { exclude: flags.exclude }),
    ...(flags.keepFused && { keepFused: true }),
  };
  const engine = flags.engine ? await preparedEngine(flags.engine) : undefined;
  const workers = workerCount(flags.workers, engine);
  // With --verbose each layer has a line of its own.
  const show = flags.quiet || flags.verbose || !flags.progress ? "none" : "auto";
  const printed = flags.format ?? (flags.quiet ? null : "table");
  const shared = {
    ...selection,
    remote,
    method: flags.method,
    ...(engine && { engine }),
    workers,
    ...(flags.maxMemory !== undefined && { maxMemory: flags.maxMemory }),
  };
  if (flags.compat) {
    const { analyzeLikeWeightwatcher } = await import("./analyze-like-weightwatcher.ts");
    const refused = Object.entries({
      "--spectra": flags.spectra,
      "--dry-run": flags.dryRun,
      "--vectors": flags.vectors,
      "--follow-spikes": flags.followSpikes,
      "--comparable-alpha": flags.comparableAlpha,
      "--keep-fused": flags.keepFused,
      "--conv-operator": flags.convOperator !== undefined,
      "--null permute": flags.null === "permute",
      "--shard": shard !== undefined,
      "--hash": flags.hash,
      "--write-denoised": denoised !== null,
    }).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
    return await analyzeLikeWeightwatcher(paths, {
      options: shared,
      outputs,
      printed,
      show,
      isQuiet: flags.quiet === true,
      refused,
    });
  }
  if (flags.dryRun) {
    const wants = {
      ...nothingElse,
      leading: flags.followSpikes === true,
      shuffles: flags.null === "permute",
      comparableAlpha: flags.comparableAlpha ? 1 : null, // whatever its side, the blocks cover a layer about once
    };
    await dryRun(
      paths,
      { ...selection, remote },
      flags.format ?? "table",
      Math.min(workers, availableParallelism()),
      engine ?? fastestEngine(),
      spectraOf(wants),
      shard,
      flags.quiet,
    );
    const unwritten = [...outputs, ...(denoised ? [denoised.path] : [])];
    if (unwritten.length > 0 && !flags.quiet) talk(`a dry run writes nothing to ${unwritten.join(", ")}`);
    return;
  }
  const startedAt = new Date();
  const cache = flags.cache ? await spectrumCache(paths) : null;
  const collectGarbage = garbageCollector();
  await watchedRun(outputs[0], show, async ({ progress, journal, signal }) => {
    const walk = flags.followSpikes ? trajectoryOf : analyze;
    const result = await walk(paths.length === 1 ? paths[0]! : paths, {
      ...shared,
      seed: flags.seed,
      hash: flags.hash ?? false,
      spectra: flags.spectra ? "all" : "summary",
      vectors: flags.vectors ?? false,
      comparableAlpha: flags.comparableAlpha ?? false,
      null: flags.null,
      ...(flags.convOperator !== undefined && { convolutionOperator: flags.convOperator }),
      ...(shard && { shard }),
      ...(cache && { cache }),
      signal,
      onProgress(event) {
        holdYoungGeneration();
        journal.add(layerLine({ id: event.checkpoint, step: event.step }, event.result));
        progress.update(event);
        talkMore(layerText(event));
        collectGarbage();
      },
    });
    progress.end();
    collectGarbage();
    result.provenance.run = { ...result.provenance.run, ...runProvenance(startedAt, { workers }) };
    // The answer goes to stdout even with files to look at.
    const { written, failures, inFiles } = await deliver(outputs, printed, (format) =>
      renderers[format]!(result, { typed: process.argv.slice(2), outputs }),
    );
    if (inFiles) journal.discard();
    if (!flags.quiet) {
      const rows = shard ? [] : result.checkpoints.flatMap(({ layers }) => layers);
      talkOfUnmatched(
        { "--include": flags.include, "--exclude": flags.exclude },
        rows.flatMap(({ tensor, layer }) => [tensor, layer]),
      );
      tell(result, written);
    }
    if (denoised) {
      const failure = await deliverDenoised(paths[0]!, denoised, result, {
        signal,
        remote,
        isQuiet: flags.quiet ?? false,
      });
      if (failure) failures.push(failure);
    }
    throwAll(failures);
  });
}

/** A layer as --verbose tells of it. */
function layerText({ checkpoint, result }: ProgressEvent): string {
  const { layer, shape, verdict, reason, spectrum } = result;
  const found =
    spectrum === null ? `skipped: ${reason}` : `${verdict ?? "no verdict"}, by ${spectrum.method}`;
  return `${checkpoint}: ${layer} [${shape.join(" x ")}] ${found}`;
}

/** Says on stderr what was done. */
function tell(result: AnalysisResult, written: readonly string[]): void {
  talkOfLeftOut(result.checkpoints.flatMap(({ leftOut }) => leftOut));
  for (const path of written) talk(`wrote ${path}`);
  const layers = result.checkpoints.reduce((sum, { totals }) => sum + totals.layersAnalysed, 0);
  const time = duration(Number(result.provenance.run.seconds));
  talkMore(`engine ${result.provenance.engine}, ${JSON.stringify(result.provenance.run)}`);
  talk(`${counted(layers, "layer")} in ${time}${partText(result.shard)}`);
}
