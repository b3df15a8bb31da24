import type { ThreadProgram } from "../kernels/thread.ts";
import { startWorkerPool } from "../kernels/worker-pool.ts";
import type { Experiment } from "./experiment.ts";
import { performRun, type RunOutcome, type RunTask } from "./perform-run.ts";
import { type RunBoard, watchOf } from "./run-board.ts";
import type { PlacedTask } from "./run-worker.ts";

/** Where runs are done, so many at once. */
export interface RunPool {
  /** @param place - of the run on the board. */
  run(task: RunTask, place: number): Promise<RunOutcome>;
  close(): Promise<void>;
}

/** Node starts it beside the module that this is built into; browsers don't train. */
const program: ThreadProgram = {
  module: () => new URL("./run-worker.js", import.meta.url),
  source: () => Promise.reject(new RangeError("experiments run in Node")),
};

/** Runs one after another in this thread. */
export function runsHere(experiment: Experiment, board: RunBoard): RunPool {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    run(task, place) {
      const next = turn.then(async () => {
        const watch = watchOf(board, place);
        try {
          watch.signal.throwIfAborted();
          return await performRun(experiment, task, watch);
        } finally {
          watch.release();
        }
      });
      turn = next.catch(() => {});
      return next;
    },
    close: async () => void (await turn),
  };
}

/** Runs on threads, one each. Close it when done: runs under way are lost up to their last saved state. */
export async function runsOnThreads(board: RunBoard, threads: number): Promise<RunPool> {
  const pool = await startWorkerPool(program, threads, board);
  return {
    run: async (task, place) => (await pool.run("run", { task, place } satisfies PlacedTask)) as RunOutcome,
    close: () => pool.close(),
  };
}
