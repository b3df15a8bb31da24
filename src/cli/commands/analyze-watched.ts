import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { analyze } from "../../analysis/analyze.ts";
import type { AnalyzeOptions, FoundCheckpoint } from "../../analysis/analyze-options.ts";
import { openSources } from "../../analysis/open-sources.ts";
import type { AnalysisResult, CheckpointResult } from "../../analysis/result.ts";
import { MarchenkoError, UsageError } from "../../errors.ts";
import { checkpointLine } from "../../report/checkpoint-line.ts";
import { lineStream } from "../line-stream.ts";
import { renderers } from "../outputs.ts";
import { runProvenance } from "../run-provenance.ts";
import { type FileStamps, settledFiles, stampFiles, stampOf } from "../settled-files.ts";
import { holdYoungGeneration } from "../small-heap.ts";
import { columnsOf, printData, talk, wantsColor } from "../terminal.ts";
import { type Watch, watchedRun } from "../watched-run.ts";
import { deliver, throwAll } from "../write-result.ts";

/** Milliseconds between two looks; a file that is the same in both is taken for whole. */
const interval = 1000;

export interface WatchedAnalysis {
  readonly folder: string;
  readonly options: AnalyzeOptions;
  readonly outputs: readonly string[];
  /** The format of stdout; null when nothing is to be printed. */
  readonly printed: string | null;
  readonly show: "auto" | "none";
  readonly isQuiet: boolean;
  /** Ends with a checkpoint of this step or epoch; by default with an interrupt alone. */
  readonly until: number | undefined;
}

/**
 * `analyze --watch`: analyses each checkpoint of a folder when it is whole, and writes the outputs again, whole, as one
 * analysis of the folder would.
 *
 * @throws {UsageError} If the path is a file, which gets no checkpoints.
 * @throws {InterruptedError} On Ctrl-C, with the outputs of the last checkpoint in place.
 */
export async function analyzeWatched(watched: WatchedAnalysis): Promise<void> {
  const { folder, printed, show, isQuiet } = watched;
  if (printed !== null && printed !== "table" && printed !== "ndjson") {
    throw new UsageError(`--watch prints table (a line a checkpoint) or ndjson, not ${printed}: use -o`);
  }
  // A run that has not begun has no folder yet, and is waited for.
  if ((await stat(folder).catch(() => null))?.isFile()) {
    throw new UsageError(`--watch looks at the folder of a run, and ${folder} is a file: name its folder`);
  }
  // No journal: what is under way when it is stopped is in the cache, or soon computed again.
  await watchedRun(undefined, show, async (watch) => {
    const series = watchedSeries(watched, watch);
    if (!isQuiet) talk(`watching ${folder}, Ctrl-C ends`);
    const ours = new Set(watched.outputs.map((path) => resolve(path)));
    let before: FileStamps = new Map();
    let seen = "";
    for (let isDone = false; !isDone; ) {
      watch.signal.throwIfAborted();
      const now = await stampFiles(folder, ours);
      const settled = settledFiles(before, now);
      before = now;
      const state = JSON.stringify([...settled]);
      if (state !== seen && settled.size > 0) {
        seen = state;
        isDone = await series.look(now, settled);
      }
      if (!isDone) await wait(interval, null, { signal: watch.signal }).catch(() => {});
    }
  });
}

/** The checkpoints of a folder, as far as they are known. */
function watchedSeries(watched: WatchedAnalysis, { progress, signal }: Watch) {
  const { folder, options, outputs, printed, isQuiet, until } = watched;
  let known = new Map<string, CheckpointResult>();
  /** Sides of the blocks on which exponents are compared: of what is known, and of the analysis under way. */
  let knownSide: number | null = null;
  let side: number | null = null;
  let said = "";

  const analyseReady = async (stampsByPath: ReadonlyMap<string, string>): Promise<AnalysisResult> => {
    const startedAt = new Date();
    const stream = printed === "ndjson" ? lineStream() : null;
    let unprinted: Error | null | undefined;
    const result = await analyze(folder, {
      ...options,
      signal,
      isWanted: ({ path }) => stampsByPath.has(path),
      known({ path }, comparableSide) {
        side = comparableSide;
        // What comes later may have smaller layers, that set the side for all.
        return side === knownSide ? (known.get(stampsByPath.get(path)!) ?? null) : null;
      },
      onProgress(event) {
        holdYoungGeneration();
        progress.update(event);
        stream?.add(event);
      },
    }).finally(async () => {
      unprinted = await stream?.end();
      progress.end();
    });
    if (unprinted) throw unprinted;
    result.provenance.run = {
      ...result.provenance.run,
      ...runProvenance(startedAt, { workers: options.workers ?? 1 }),
    };
    return result;
  };

  const print = async (result: AnalysisResult, isNew: (path: string) => boolean): Promise<void> => {
    const terminal = { columns: columnsOf(process.stdout), color: wantsColor(process.stdout) };
    for (const [i, checkpoint] of result.checkpoints.entries()) {
      const last = result.checkpoints[i - 1];
      const before = last && last.series === checkpoint.series ? last : null;
      if (isNew(checkpoint.path)) await printData(checkpointLine(checkpoint, before, terminal));
    }
  };

  return {
    /** Analyses what is new and whole. @returns whether that was the last. */
    async look(now: FileStamps, settled: FileStamps): Promise<boolean> {
      try {
        const stamps = await stampsOf(folder, options, now, settled);
        const isNew = (path: string) => !known.has(stamps.get(path)!);
        if (![...stamps.keys()].some(isNew)) return false;
        const result = await analyseReady(stamps);
        const { failures } = await deliver(outputs, null, (format) => renderers[format]!(result));
        throwAll(failures);
        // Who acts on a line finds the outputs in place.
        if (printed === "table") await print(result, isNew);
        known = new Map(result.checkpoints.map((each) => [stamps.get(each.path)!, each]));
        knownSide = side;
        said = "";
        return result.checkpoints.some(
          ({ step, epoch }) => until !== undefined && (step ?? epoch ?? -1) >= until,
        );
      } catch (error) {
        // A run has files that are no checkpoint yet, and removes others: each changes what there is to be seen.
        if (!(error instanceof MarchenkoError) || error instanceof UsageError) throw error;
        if (!isQuiet && error.message !== said) talk(`not yet: ${error.message}`);
        said = error.message;
        return false;
      }
    },
  };
}

/** The checkpoints that are whole, by their paths, each with its stamp. */
async function stampsOf(
  folder: string,
  options: AnalyzeOptions,
  now: FileStamps,
  settled: FileStamps,
): Promise<Map<string, string>> {
  const opened = await openSources(folder, options);
  try {
    const stamped = opened.sources.map((source: FoundCheckpoint) => {
      return { path: source.path, stamp: stampOf(source, now, settled) };
    });
    return new Map(stamped.flatMap(({ path, stamp }) => (stamp === null ? [] : [[path, stamp] as const])));
  } finally {
    await opened.close();
  }
}
