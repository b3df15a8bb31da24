import { provenanceSchema } from "../analysis/result.ts";
import { schemaVersion, version } from "../analysis/version.ts";
import { MarchenkoError, UsageError } from "../errors.ts";
import { composeRecipe } from "../train/compose-recipe.ts";
import { checkRecipe } from "../train/prepare-recipe.ts";
import { presetsByName } from "../train/presets/catalogue.ts";
import type { Recipe } from "../train/recipe.ts";
import { checkpointName } from "../train/run-folder.ts";
import { experimentById } from "./catalogue.ts";
import { estimateOf } from "./estimate.ts";
import type { Experiment, Scale, Setting, Variant } from "./experiment.ts";
import type { RunOutcome, RunTask } from "./perform-run.ts";
import type { ExperimentResult } from "./result.ts";
import { LOOK_EVERY, runBoard, shareDone, stopAll } from "./run-board.ts";
import { runsHere, runsOnThreads } from "./run-pool.ts";
import { runTable } from "./run-table.ts";

/** What `runExperiment` is given. */
export interface ExperimentOptions {
  /** Folder of the runs; runs that it holds already are reused, and go on where they are unfinished. */
  readonly out: string;
  /** One seed, and fewer variants where an experiment has many. */
  readonly quick?: boolean;
  /** The first seed, the others follow; 0 by default. */
  readonly seed?: number;
  readonly scale?: Scale;
  /** `NAME` or `NAME:PATH` of a data set in the place of the scale's own. */
  readonly data?: string;
  /** `dotted.key=json`, applied to every recipe. */
  readonly set?: readonly string[];
  /** Runs at once, a thread each; 1 by default, in this thread. */
  readonly workers?: number;
  /** Stops all runs after the step under way; they are saved, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExperimentProgress) => void;
}

/** How far an experiment is. */
export interface ExperimentProgress {
  /** Runs that are trained and measured, or have failed. */
  readonly done: number;
  readonly total: number;
  /** Of the whole, 0 to 1, with the share of the runs under way. */
  readonly share: number;
}

interface PlannedRun {
  readonly variant: Variant;
  readonly seed: number;
  readonly recipe: Recipe;
  /** Relative to the experiment's folder. */
  readonly folder: string;
}

/**
 * Reproduces a result: trains every variant with every seed, measures the runs, and judges what is claimed by them.
 *
 * Runs are reproducible, and so is the result, but for `provenance.run`. One that is stopped goes on when it is called
 * again with the same folder.
 *
 * @param experiment - an id of the catalogue, or an experiment of one's own, which runs in this thread.
 * @returns claims with verdicts, tables and charts' data, and every run with its recipe. A run that failed is named,
 *   and counts for nothing.
 * @throws {UsageError} If there is no such experiment, its recipes are not right, or no run at all succeeded.
 */
export async function runExperiment(
  experiment: string | Experiment,
  options: ExperimentOptions,
): Promise<ExperimentResult> {
  const { out, quick = false, seed = 0, scale = "small", set = [], workers = 1, signal } = options;
  const isOwn = typeof experiment !== "string";
  const chosen = isOwn ? experiment : experimentById(experiment);
  const setting: Setting = { scale, quick, data: options.data ?? null };
  const variants = chosen.variants(setting);
  const count = quick ? chosen.seeds.quick : chosen.seeds.usual;
  const seeds = Array.from({ length: count }, (_, i) => seed + i);
  const planned = await plan(out, variants, seeds, set);
  const board = runBoard(planned.length);
  // At full scale a run takes all that the machine has.
  const atOnce = scale === "full" ? 1 : Math.min(workers, planned.length);
  const threads = scale === "full" ? workers : 1;
  const pool = isOwn || atOnce === 1 ? runsHere(chosen, board) : await runsOnThreads(board, atOnce);
  const outcomes = new Map<PlannedRun, Promise<RunOutcome>>();
  const stop = () => stopAll(board);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  const ended = new Set<PlannedRun>();
  const tell = () => {
    const share = planned.reduce((sum, run, i) => sum + (ended.has(run) ? 1 : shareDone(board, i) * 0.99), 0);
    options.onProgress?.({ done: ended.size, total: planned.length, share: share / planned.length });
  };
  const timer = setInterval(tell, LOOK_EVERY);
  try {
    const { join } = await import("node:path");
    for (const [place, each] of planned.entries()) {
      const { variant, seed: own, recipe } = each;
      const task: RunTask = {
        experiment: chosen.id,
        variant: variant.id,
        seed: own,
        recipe,
        folder: join(out, each.folder),
        setting,
        threads,
      };
      const start = planned.find((other) => other.variant.id === variant.startsFrom && other.seed === own);
      const outcome = (start ? after(start, outcomes.get(start)!) : Promise.resolve())
        .then(() => pool.run(task, place))
        .finally(() => {
          ended.add(each);
          tell();
        });
      // Those that fail are looked at when all have ended.
      outcome.catch(() => {});
      outcomes.set(each, outcome);
    }
    await Promise.allSettled(outcomes.values());
    signal?.throwIfAborted();
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
  const settled = await Promise.allSettled(planned.map((each) => outcomes.get(each)!));
  const succeeded = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (succeeded.length === 0) throw allFailed(chosen, settled);
  const found = new Map(planned.map((each, i) => [each, settled[i]!]));
  const metricsOf = (variant: string, own: number) => {
    const each = planned.find((run) => run.variant.id === variant && run.seed === own);
    const end = each && found.get(each)!;
    return end?.status === "fulfilled" ? end.value.metrics : null;
  };
  const table = runTable(setting, seeds, variants, metricsOf);
  const runs = planned.map((each, i) => described(each, settled[i]!, out));
  return {
    type: "experiment",
    schemaVersion,
    provenance: provenanceSchema.parse({
      tool: "marchenko",
      version,
      schema: "marchenko/schema/experiment.json",
      configuration: { experiment: chosen.id, scale, quick, data: setting.data, set: [...set] },
      seed,
      engine: succeeded[0]!.engine,
      files: [],
      run: {},
    }),
    warnings: runs.flatMap(({ status, folder, reason }) =>
      status === "failed" ? [`${folder}: ${reason}`] : [],
    ),
    name: chosen.id,
    title: chosen.title,
    scale,
    quick,
    seeds,
    question: chosen.question,
    literature: [...chosen.literature],
    claims: chosen.claims.map(({ id, statement, source, judge }) => {
      const { verdict, evidence, numbers } = judge(table);
      return { id, statement, source, verdict, evidence, numbers: plain(numbers) };
    }),
    tables: chosen.tables(table).map(({ rows, ...rest }) => ({
      ...plain(rest),
      rows: rows.map(({ label, cells }) => ({ label, cells: cells.map((each) => plain(estimateOf(each))) })),
    })),
    charts: plain(chosen.charts(table)),
    runs,
    limits: [...chosen.limits(setting)],
  };
}

/** A copy that may be changed, as the schema's types are. */
function plain<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}
type Mutable<T> = T extends readonly (infer U)[]
  ? Mutable<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** Every variant with every seed; all recipes are checked before any runs. */
async function plan(
  out: string,
  variants: readonly Variant[],
  seeds: readonly number[],
  set: readonly string[],
): Promise<PlannedRun[]> {
  const { join } = await import("node:path");
  const steps = new Map<string, number>();
  const folderOf = (variant: string, seed: number) => `runs/${variant}-seed-${seed}`;
  // Seed by seed: what is there when an experiment is stopped can be compared.
  return seeds.flatMap((seed) =>
    variants.map((variant) => {
      const { id, startsFrom } = variant;
      const from =
        startsFrom === undefined
          ? {}
          : {
              finetune: {
                ...(variant.recipe.finetune as object | undefined),
                from: join(
                  out,
                  folderOf(startsFrom, seed),
                  "checkpoints",
                  checkpointName(steps.get(startsFrom)!),
                ),
              },
            };
      const given = { name: id, ...variant.recipe, ...from };
      const recipe = composeRecipe(given, { presets: presetsByName, set, seed });
      steps.set(id, recipe.steps);
      checkRecipe(recipe);
      return { variant, seed, recipe, folder: folderOf(id, seed) };
    }),
  );
}

/** Waits for the run that another starts from. */
async function after(start: PlannedRun, outcome: Promise<RunOutcome>): Promise<void> {
  await outcome.catch((cause: Error) => {
    throw new UsageError(`${start.folder}, which it starts from, failed: ${cause.message}`, { cause });
  });
}

/** A run as the result tells of it: paths in it don't depend on where the folder lies. */
function described(
  { variant, seed, recipe: planned, folder }: PlannedRun,
  end: PromiseSettledResult<RunOutcome>,
  out: string,
): ExperimentResult["runs"][number] {
  const recipe = end.status === "fulfilled" ? end.value.recipe : planned;
  const from = recipe.finetune?.from;
  const relative = from?.startsWith(out) ? from.slice(out.length).replace(/^[/\\]+/, "") : from;
  return {
    variant: variant.id,
    title: variant.title,
    seed,
    status: end.status === "fulfilled" ? "finished" : "failed",
    reason: end.status === "fulfilled" ? null : (end.reason as Error).message,
    recipe: {
      ...recipe,
      ...(recipe.finetune && { finetune: { ...recipe.finetune, from: relative } }),
    },
    folder,
    metrics: end.status === "fulfilled" ? { ...end.value.metrics.numbers } : {},
  };
}

/** The first error, which says what is wrong where all runs fail alike. */
function allFailed(experiment: Experiment, settled: readonly PromiseSettledResult<RunOutcome>[]): Error {
  const first = settled.find((each) => each.status === "rejected")!.reason as Error & { cause?: unknown };
  const message = `${experiment.id}: no run succeeded; the first failed with: ${first.message}`;
  // Errors come from threads by name.
  const name = (first.cause as { name?: string } | undefined)?.name ?? first.name;
  const isKnown = first instanceof MarchenkoError && first.exitCode !== 1;
  const isOurs =
    isKnown || ["UsageError", "UnreadableInputError", "DatasetFormatError", "DivergenceError"].includes(name);
  return isOurs ? new UsageError(message, { cause: first }) : first;
}
