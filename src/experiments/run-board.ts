import type { RunWatch } from "./perform-run.ts";

/**
 * What runs tell and are told while they go on, in memory that threads share: entry 0 is 1 when all are to stop, entry
 * 1 + i is the share of run i that is done, in {@link WHOLE}ths.
 */
export type RunBoard = Int32Array<SharedArrayBuffer>;

const WHOLE = 1e6;

/** Milliseconds from one look at the board to the next. */
export const LOOK_EVERY = 200;

/** A board for so many runs. */
export function runBoard(count: number): RunBoard {
  return new Int32Array(new SharedArrayBuffer(4 * (1 + count)));
}

/** Tells all runs to stop after the step under way. */
export function stopAll(board: RunBoard): void {
  Atomics.store(board, 0, 1);
}

/** How much of a run's training is done, 0 to 1. */
export function shareDone(board: RunBoard, place: number): number {
  return Atomics.load(board, 1 + place) / WHOLE;
}

/** Thrown through a run that is told to stop. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
}

/** A run's watch on its own place of the board; release it at the end. */
export function watchOf(board: RunBoard, place: number): RunWatch & { release(): void } {
  const controller = new AbortController();
  const look = (): void => {
    if (Atomics.load(board, 0) === 1) controller.abort(new RunStopped("stopped"));
  };
  look();
  const timer = setInterval(look, LOOK_EVERY);
  return {
    signal: controller.signal,
    onProgress: (share) => void Atomics.store(board, 1 + place, Math.round(share * WHOLE)),
    release: () => clearInterval(timer),
  };
}
