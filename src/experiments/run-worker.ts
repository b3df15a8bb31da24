import { serveTasks } from "../kernels/serve-tasks.ts";
import { experimentById } from "./catalogue.ts";
import { performRun, type RunTask } from "./perform-run.ts";
import { type RunBoard, watchOf } from "./run-board.ts";

/** Argument of the task "run". */
export interface PlacedTask {
  readonly task: RunTask;
  /** Of the run on the board. */
  readonly place: number;
}

void serveTasks((board) => ({
  async run({ task, place }: PlacedTask) {
    const watch = watchOf(board as RunBoard, place);
    try {
      return await performRun(experimentById(task.experiment), task, watch);
    } finally {
      watch.release();
    }
  },
}));
