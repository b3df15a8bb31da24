import { measure } from "../measure/measure.ts";
import type { MeasuredCheckpoint } from "../measure/result.ts";
import type { FinishedRun, Series } from "./experiment.ts";

/** Batches of a part at full scale, where an epoch would take hours. */
const MOST_BATCHES = 16;

/**
 * Measures checkpoints of a run on its training part.
 *
 * @param only - names of groups.
 * @param names - of the checkpoints' folders, in order; null for all.
 */
export async function measuredCheckpoints(
  { folder, backend, signal, setting }: FinishedRun,
  only: readonly string[],
  names: readonly string[] | null = null,
): Promise<readonly MeasuredCheckpoint[]> {
  const { join } = await import("node:path");
  const all = join(folder, "checkpoints");
  const { checkpoints } = await measure(names === null ? all : names.map((name) => join(all, name)), {
    backend,
    signal,
    parts: ["train"],
    only,
    ...(setting.scale === "full" && { batches: MOST_BATCHES }),
  });
  return checkpoints;
}

/** The mean over blocks of a number, at every checkpoint. */
export function averages(checkpoints: readonly MeasuredCheckpoint[], id: string): Series {
  return {
    steps: checkpoints.map(({ step }, place) => step ?? place),
    values: checkpoints.map(({ average }) => average[id]?.mean ?? null),
  };
}

/** The first value that is known, and the last, known or not. */
export function ends({ values }: Series): { readonly first: number | null; readonly last: number | null } {
  const known = values.filter((value) => value !== null);
  return { first: known[0] ?? null, last: values.at(-1) ?? null };
}

/**
 * Checkpoints of a run spread evenly over the logarithm of the step, without that of step 0, where a network whose head
 * begins at zero has no gradients inside.
 *
 * @param count - how many at most, at least 2: the first and the last are among them.
 */
export async function spreadSteps(folder: string, count: number): Promise<number[]> {
  const { readdir } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const names = await readdir(join(folder, "checkpoints"));
  const steps = names
    .flatMap((name) => {
      const step = /^step-(\d+)$/.exec(name)?.[1];
      return step === undefined || Number(step) === 0 ? [] : [Number(step)];
    })
    .sort((a, b) => a - b);
  if (steps.length <= count) return steps;
  const [low, high] = [Math.log(steps[0]!), Math.log(steps.at(-1)!)];
  const nearest = Array.from({ length: count }, (_, i) => {
    const wanted = low + ((high - low) * i) / (count - 1);
    return steps.reduce((best, step) =>
      Math.abs(Math.log(step) - wanted) < Math.abs(Math.log(best) - wanted) ? step : best,
    );
  });
  return Array.from(new Set(nearest));
}
