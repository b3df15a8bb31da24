import { availableParallelism } from "node:os";
import { analyze } from "../../analysis/analyze.ts";
import type { AnalyzeOptions, NullKind } from "../../analysis/analyze-options.ts";
import { nothingElse, spectraOf } from "../../analysis/examine-matrix.ts";
import { isRemote } from "../../checkpoint/remote/address.ts";
import { UsageError } from "../../errors.ts";
import type { ShrinkageLoss } from "../../fits/shrinkers.ts";
import { layerLine } from "../../report/ndjson.ts";
import type { SpectrumMethod } from "../../spectrum/spectrum-method.ts";
import { fastestEngine } from "../../spectrum/wasm-engine.ts";
import { trajectoryOf } from "../../trajectories/trajectory-of.ts";
import { chosenEngine } from "../chosen-engine.ts";
import { checkDenoisedOutput, deliverDenoised } from "../denoised-output.ts";
import { lineStream } from "../line-stream.ts";
import { checkOutputs, renderers, requireWritable } from "../outputs.ts";
import { remoteAccess } from "../remote-access.ts";
import { runProvenance, workerCount } from "../run-provenance.ts";
import { parseShard, requireAllowed } from "../shard-option.ts";
import { garbageCollector, holdYoungGeneration } from "../small-heap.ts";
import { spectrumCache } from "../spectrum-cache.ts";
import { layerText, talkOfAnalysis } from "../talk-of-analysis.ts";
import { talk, talkMore } from "../terminal.ts";
import { watchedRun } from "../watched-run.ts";
import { deliver, rescued, throwAll } from "../write-result.ts";
import { dryRun } from "./dry-run.ts";

/** What the command line says. */
export interface AnalyzeFlags {
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
  readonly watch?: boolean;
  readonly watchUntil?: number;
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

/** What `marchenko analyze` does. */
export async function runAnalyze(paths: string[], flags: AnalyzeFlags): Promise<void> {
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
  const engine = await chosenEngine(flags);
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
  const watched = flags.watch ? watchedFolder(paths, flags) : null;
  if (flags.watchUntil !== undefined && !flags.watch) {
    throw new UsageError("--watch-until is when to end --watch: give both");
  }
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
  const options: AnalyzeOptions = {
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
  };
  if (watched !== null) {
    const { analyzeWatched } = await import("./analyze-watched.ts");
    const isQuiet = flags.quiet === true;
    const until = flags.watchUntil;
    return await analyzeWatched({ folder: watched, options, outputs, printed, show, isQuiet, until });
  }
  const stream = printed === "ndjson" ? lineStream() : null;
  const collectGarbage = garbageCollector();
  await watchedRun(outputs[0], show, async ({ progress, journal, signal }) => {
    const walk = flags.followSpikes ? trajectoryOf : analyze;
    let unprinted: Error | null | undefined;
    const result = await walk(paths.length === 1 ? paths[0]! : paths, {
      ...options,
      signal,
      onProgress(event) {
        holdYoungGeneration();
        journal.add(layerLine({ id: event.checkpoint, step: event.step }, event.result));
        progress.update(event);
        stream?.add(event);
        talkMore(layerText(event));
        collectGarbage();
      },
    }).finally(async () => {
      unprinted = await stream?.end();
    });
    progress.end();
    collectGarbage();
    result.provenance.run = { ...result.provenance.run, ...runProvenance(startedAt, { workers }) };
    const shown = { typed: process.argv.slice(2), outputs };
    // The answer goes to stdout even with files to look at.
    const { written, failures, inFiles } = await deliver(outputs, stream ? null : printed, (format) =>
      renderers[format]!(result, shown),
    );
    if (unprinted) failures.push(await rescued(unprinted, () => renderers.ndjson!(result, shown), "ndjson"));
    if (inFiles) journal.discard();
    if (!flags.quiet) talkOfAnalysis(result, selection, written);
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

/** @returns the folder that is to be watched. @throws {UsageError} If other options ask for what a watch can't give. */
function watchedFolder(paths: readonly string[], flags: AnalyzeFlags): string {
  const [folder] = paths;
  if (folder === undefined || paths.length > 1 || isRemote(folder)) {
    throw new UsageError(`--watch takes one folder on disk, got ${paths.join(", ")}`);
  }
  const refused = Object.entries({
    "--dry-run": flags.dryRun,
    "--compat": flags.compat !== undefined,
    "--shard": flags.shard !== undefined,
    "--follow-spikes": flags.followSpikes,
    "--write-denoised": flags.writeDenoised !== undefined,
  }).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
  if (refused.length > 0) {
    throw new UsageError(`${refused.join(", ")} can't be with --watch: analyse the folder when it is done`);
  }
  return folder;
}
