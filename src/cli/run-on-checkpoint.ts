import { availableParallelism } from "node:os";
import { UsageError } from "../errors.ts";
import type { Recipe } from "../train/recipe.ts";
import { abortOnInterrupt } from "./interrupt.ts";
import { checkOutputs, extensionOfFormat, formatOfFile, type Text } from "./outputs.ts";
import { type PartialResult, partialResult } from "./partial-result.ts";
import { duration, progressLine } from "./progress-line.ts";
import { readRecipe } from "./read-recipe.ts";
import { runProvenance } from "./run-provenance.ts";
import { talk } from "./terminal.ts";
import { mostThreadsPerCore } from "./training-backend.ts";
import { deliver, throwAll } from "./write-result.ts";

/** Flags of every command that runs a checkpoint's model on data. */
export interface CheckpointFlags {
  readonly recipe?: string;
  readonly data?: string;
  readonly batches?: number;
  readonly seed?: number;
  readonly threads: number;
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

/** What the work is given of them. */
export interface CheckpointWork {
  readonly recipe: Recipe | undefined;
  readonly data: string | undefined;
  readonly batches: number | undefined;
  readonly seed: number | undefined;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, title: string) => void;
  readonly onMeasured: PartialResult["keep"];
}

/** A command of this kind. */
export interface CheckpointCommand<Result> {
  readonly name: string;
  readonly renderers: Readonly<Record<string, (result: Result) => Text | Promise<Text>>>;
  /** What an interrupt waits for, in words. */
  readonly unit: string;
  work(given: CheckpointWork): Promise<Result>;
}

/**
 * Does the work with progress and an ear for interrupts, and writes its result; what is finished is kept on the way.
 *
 * @throws {UsageError} If a file has an ending that the command doesn't write; and whatever the work throws.
 */
export async function runOnCheckpoint<
  Result extends { provenance: { run: Record<string, unknown> }; warnings: string[] },
>(flags: CheckpointFlags, { name, renderers, unit, work }: CheckpointCommand<Result>): Promise<void> {
  const outputs = flags.output ?? [];
  for (const output of outputs) {
    if (Object.hasOwn(renderers, formatOfFile(output))) continue;
    const known = Object.keys(renderers).filter((format) => format !== "table");
    throw new UsageError(`${name} writes ${known.map(extensionOfFormat).join(", ")}, not ${output}`);
  }
  await checkOutputs(outputs);
  const recipe = flags.recipe === undefined ? undefined : await readRecipe(flags.recipe, {});
  const threads = Math.min(flags.threads, mostThreadsPerCore * availableParallelism());
  const startedAt = new Date();
  const progress = await progressLine(flags.quiet || !flags.progress ? "none" : "auto", () => Date.now());
  const partial = partialResult(outputs[0]);
  const interrupt = abortOnInterrupt(() => {
    progress.end();
    talk(`stopping after the ${unit} under way; interrupt again to stop at once`);
  });
  try {
    const { data, batches, seed } = flags;
    const result = await work({
      recipe,
      data,
      batches,
      seed,
      threads,
      signal: interrupt.signal,
      onProgress: (share, title) => progress.advance(share, title),
      onMeasured: partial.keep,
    });
    progress.end();
    const thisRun = runProvenance(startedAt, { threads });
    result.provenance.run = { ...result.provenance.run, ...thisRun };
    const printed = flags.format ?? (flags.quiet ? null : "table");
    const { written, inFiles, failures } = await deliver(outputs, printed, (format) =>
      renderers[format]!(result),
    );
    if (inFiles) await partial.discard();
    if (!flags.quiet) {
      for (const warning of result.warnings) talk(`warning: ${warning}`);
      for (const output of written) talk(`wrote ${output}`);
      talk(`took ${duration(thisRun.seconds)}`);
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
