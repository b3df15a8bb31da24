import { extname } from "node:path";
import type { AnalysisResult } from "../analysis/result.ts";
import { type DenoisedSummary, requireDenoisable, writeDenoised } from "../analysis/write-denoised.ts";
import type { RemoteOptions } from "../checkpoint/remote/options.ts";
import { MarchenkoError, UsageError } from "../errors.ts";
import type { ShrinkageLoss } from "../fits/shrinkers.ts";
import { formatNumber, formatWithError } from "../report/format-number.ts";
import { cannotWrite, checkPlace } from "./outputs.ts";
import { counted, talk } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** What was asked for with `--write-denoised` and `--shrinker`. */
export interface DenoisedOutput {
  readonly path: string;
  readonly loss: ShrinkageLoss;
}

/** How the writing is done. */
export interface DenoisedRun {
  readonly signal: AbortSignal;
  readonly remote: RemoteOptions;
  readonly isQuiet: boolean;
}

/**
 * Fails early, before hours of work, when a denoised checkpoint could not be written.
 *
 * @throws {UsageError} If the options don't go together, the file can't be made, or there is not one checkpoint that
 *   is another file.
 */
export async function checkDenoisedOutput(
  paths: readonly string[],
  path: string | undefined,
  shrinker: ShrinkageLoss | undefined,
  remote: RemoteOptions,
): Promise<DenoisedOutput | null> {
  if (path === undefined) {
    if (shrinker) throw new UsageError("--shrinker is for --write-denoised: name the file to write");
    return null;
  }
  if (extname(path).toLowerCase() !== ".safetensors") {
    throw new UsageError(`--write-denoised writes safetensors: expected a name that ends so, got ${path}`);
  }
  await checkPlace(path);
  await requireDenoisable(paths, path, { remote });
  return { path, loss: shrinker ?? "frobenius" };
}

/**
 * Writes the denoised checkpoint.
 *
 * @throws {UsageError} If the system does not let the file be written.
 */
async function writeDenoisedOutput(
  input: string,
  { path, loss }: DenoisedOutput,
  result: AnalysisResult,
  { signal, remote }: DenoisedRun,
): Promise<DenoisedSummary> {
  const { seed, configuration } = result.provenance;
  const keepFused = configuration.keepFused === true;
  try {
    return await writeDenoised(input, result.checkpoints[0]!, path, {
      loss,
      seed,
      signal,
      keepFused,
      remote,
    });
  } catch (error) {
    throw error instanceof MarchenkoError ? error : cannotWrite(path, error);
  }
}

/** Writes the denoised checkpoint and says so; an error is given back, since the result may have had its own. */
export async function deliverDenoised(
  input: string,
  output: DenoisedOutput,
  result: AnalysisResult,
  run: DenoisedRun,
): Promise<Error | null> {
  try {
    const summary = await writeDenoisedOutput(input, output, result, run);
    if (run.isQuiet) return null;
    await tellDenoised(summary);
    talk(`wrote ${output.path}`);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Says on stderr what became of each analysed layer. */
async function tellDenoised({ denoised, leftAsTheyAre }: DenoisedSummary): Promise<void> {
  if (denoised.length > 0) {
    const table = await writeTable(
      ["denoised", "rank", "hard threshold", "relative error", "energy kept", "lost below"],
      denoised.map((each) => [
        each.layer,
        String(each.rank),
        String(each.hardThresholdRank),
        formatWithError(each.predictedError.relative, each.predictedError.relativeStandardError),
        formatNumber(each.energyKept),
        formatNumber(each.outliersBelow),
      ]),
    );
    talk(table.trimEnd());
  }
  for (const { layer, reason } of leftAsTheyAre) talk(`left as it is: ${layer} (${reason})`);
  const losing = denoised.filter(({ outliersBelow }) => (outliersBelow ?? 0) > 0);
  if (losing.length > 0) {
    talk(
      `warning: outliers under the bulk of ${counted(losing.length, "layer")} hold information that is lost: ` +
        losing.map(({ layer }) => layer).join(", "),
    );
  }
  talk(`${counted(denoised.length, "layer")} denoised, ${leftAsTheyAre.length} left as they are`);
}
