import { UsageError } from "../errors.ts";
import type { Setting } from "./experiment.ts";
import type { RunOutcome } from "./perform-run.ts";
import type { PlannedRun } from "./plan-runs.ts";
import { LOOK_EVERY, type RunBoard, shareDone, stopAll } from "./run-board.ts";
import type { RunPool } from "./run-pool.ts";

/** How far an experiment is. */
export interface ExperimentProgress {
  /** Runs that are trained and measured, or have failed. */
  readonly done: number;
  readonly total: number;
  /** Of the whole, 0 to 1, with the share of the runs under way. */
  readonly share: number;
}

/** What runs have in common. */
export interface RunsOptions {
  /** Id of the experiment. */
  readonly experiment: string;
  /** Its folder. */
  readonly out: string;
  readonly setting: Setting;
  /** Of each run's backend. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ExperimentProgress) => void) | undefined;
}

/** Of a run that is trained and not yet measured. */
const TRAINED = 0.99;

/**
 * Does all runs, each when the one that it starts from is done.
 *
 * @param board - with a place for each.
 * @returns in the order planned, what each gave or why it failed.
 * @throws The signal's reason, once all runs under way are saved.
 */
export async function runPlanned(
  planned: readonly PlannedRun[],
  pool: RunPool,
  board: RunBoard,
  { experiment, out, setting, threads, signal, onProgress }: RunsOptions,
): Promise<PromiseSettledResult<RunOutcome>[]> {
  const { join } = await import("node:path");
  const stop = () => stopAll(board);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  const ended = new Set<PlannedRun>();
  const tell = () => {
    const shares = planned.map((run, i) => (ended.has(run) ? 1 : shareDone(board, i) * TRAINED));
    const share = shares.reduce((sum, each) => sum + each, 0) / planned.length;
    onProgress?.({ done: ended.size, total: planned.length, share });
  };
  const timer = setInterval(tell, LOOK_EVERY);
  const outcomes = new Map<PlannedRun, Promise<RunOutcome>>();
  const outcomeOf = async (run: PlannedRun, place: number): Promise<RunOutcome> => {
    const { variant, seed, recipe, folder } = run;
    const start = planned.find((each) => each.variant.id === variant.startsFrom && each.seed === seed);
    await outcomes.get(start!)?.catch((cause: Error) => {
      throw new UsageError(`${start!.folder}, which it starts from, failed: ${cause.message}`, { cause });
    });
    const own = { experiment, variant: variant.id, seed, recipe, folder: join(out, folder) };
    return await pool.run({ ...own, setting, threads }, place);
  };
  try {
    for (const [place, run] of planned.entries()) {
      const outcome = outcomeOf(run, place).finally(() => {
        ended.add(run);
        tell();
      });
      outcomes.set(run, outcome);
    }
    const settled = await Promise.allSettled(outcomes.values());
    signal?.throwIfAborted();
    return settled;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
  }
}
