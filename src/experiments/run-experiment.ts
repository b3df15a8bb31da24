import { provenanceSchema } from "../analysis/result.ts";
import { schemaVersion, version } from "../analysis/version.ts";
import {
  CheckpointFormatError,
  DatasetFormatError,
  DivergenceError,
  UnreadableInputError,
  UsageError,
} from "../errors.ts";
import { WorkerError } from "../kernels/worker-pool.ts";
import { experimentById } from "./catalogue.ts";
import { estimateOf } from "./estimate.ts";
import type { Experiment, Scale, Setting } from "./experiment.ts";
import type { RunOutcome } from "./perform-run.ts";
import { type PlannedRun, planRuns } from "./plan-runs.ts";
import type { ExperimentResult } from "./result.ts";
import { runBoard } from "./run-board.ts";
import { type ExperimentProgress, runPlanned } from "./run-planned.ts";
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
  /** Hears how far each run is. */
  readonly onProgress?: (progress: ExperimentProgress) => void;
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
 * @throws {UsageError} If there is no such experiment, or its recipes are not right; and the first run's error if no run
 *   at all succeeded.
 * @example
 * ```ts
 * import { mkdtemp } from "node:fs/promises";
 * import { runExperiment } from "marchenko";
 *
 * const out = await mkdtemp("/tmp/experiment-");
 * // Two steps: enough to see what a result holds.
 * const result = await runExperiment("scratch", { out, quick: true, set: ["steps=2"] });
 * result.runs.length; // 3
 * result.claims[0].verdict; // "undecided"
 * ```
 */
export async function runExperiment(
  experiment: string | Experiment,
  options: ExperimentOptions,
): Promise<ExperimentResult> {
  const { out, quick = false, seed = 0, scale = "small", set = [], workers = 1 } = options;
  const isOwn = typeof experiment !== "string";
  const chosen = isOwn ? experiment : experimentById(experiment);
  const setting: Setting = { scale, quick, data: options.data ?? null };
  const variants = chosen.variants(setting);
  const count = quick ? chosen.seeds.quick : chosen.seeds.usual;
  const seeds = Array.from({ length: count }, (_, i) => seed + i);
  const planned = await planRuns(out, variants, seeds, set);
  const board = runBoard(planned.length);
  // At full scale a run takes all that the machine has.
  const atOnce = scale === "full" ? 1 : Math.min(workers, planned.length);
  const threads = scale === "full" ? workers : 1;
  const pool = isOwn || atOnce === 1 ? runsHere(chosen, board) : await runsOnThreads(board, atOnce);
  const { signal, onProgress } = options;
  const common = { experiment: chosen.id, out, setting, threads, signal, onProgress };
  const settled = await runPlanned(planned, pool, board, common).finally(() => pool.close());
  const succeeded = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (succeeded.length === 0) throw allFailed(chosen, settled);
  const metricsOf = (variant: string, own: number) => {
    const place = planned.findIndex((run) => run.variant.id === variant && run.seed === own);
    const end = settled[place];
    return end?.status === "fulfilled" ? end.value.metrics : null;
  };
  const table = runTable(setting, seeds, variants, metricsOf);
  const runs = planned.map((each, i) => described(each, settled[i]!));
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

/** A run as the result tells of it: no path in it depends on where the folder lies. */
function described(
  { variant, seed, recipe: planned, folder, from }: PlannedRun,
  end: PromiseSettledResult<RunOutcome>,
): ExperimentResult["runs"][number] {
  const recipe = end.status === "fulfilled" ? end.value.recipe : planned;
  return {
    variant: variant.id,
    title: variant.title,
    seed,
    status: end.status === "fulfilled" ? "finished" : "failed",
    reason: end.status === "fulfilled" ? null : (end.reason as Error).message,
    recipe: { ...recipe, ...(from !== null && { finetune: { ...recipe.finetune, from } }) },
    folder,
    metrics: end.status === "fulfilled" ? { ...end.value.metrics.numbers } : {},
  };
}

/** Errors that say what is wrong with the input; from threads they come by name. */
const ofInput = [
  UsageError,
  DivergenceError,
  UnreadableInputError,
  CheckpointFormatError,
  DatasetFormatError,
];

/** The first error, which says what is wrong where all runs fail alike. */
function allFailed(experiment: Experiment, settled: readonly PromiseSettledResult<RunOutcome>[]): Error {
  const first = settled.find((each) => each.status === "rejected")!.reason as Error & { cause?: unknown };
  const name = first instanceof WorkerError ? (first.cause as Partial<Error> | undefined)?.name : first.name;
  const kind = ofInput.find((each) => each.name === name);
  if (!kind) return first;
  return new kind(`${experiment.id}: no run succeeded; the first failed with: ${first.message}`, {
    cause: first,
  });
}
